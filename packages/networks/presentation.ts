/** What engines are asked to show, checked. */
import { checkChoice, checkIndices, checkOptions, checkWhole } from '../../src/common/checks';
import { MAX_UINT32 } from '../../src/common/random';
import type { ImagePresentation, Presentation } from './options/engine';
import { type Dataset, isSpikeTrains } from './spike-trains';

/**
 * A copy of a presentation: its owner's later changes to the indices have no effect.
 * @throws RangeError unless the split is there and holds all these images, and there is at least one
 */
export function takePresentation(data: Dataset, presentation: Presentation): Presentation & { indices: Uint32Array } {
  checkOptions('presentation', presentation, ['split', 'epoch', 'indices']);
  const { split, epoch, indices } = presentation;
  checkChoice('split', split, ['train', 'test']);
  const sample = isSpikeTrains(data) ? 'spike train' : 'image';
  if (!(indices?.length > 0)) {
    const found = indices?.length === 0 ? 0 : ((indices as object | undefined)?.constructor?.name ?? 'none');
    throw new RangeError(`indices: expected at least one ${sample}, found ${found}`);
  }
  checkIndices(indices, data[split].count, sample);
  checkWhole('epoch', epoch, 0, MAX_UINT32);
  return { split, epoch, indices: new Uint32Array(indices) };
}

/** As `takePresentation`, of one image. */
export function takeImage(data: Dataset, image: ImagePresentation): ReturnType<typeof takePresentation> {
  checkOptions('image', image, ['split', 'epoch', 'index']);
  const { index, ...shown } = image;
  return takePresentation(data, { ...shown, indices: [index] });
}
