/** The bytes of some figures as one SHA-256. As a program it prints that of the figures, drawn in the other order. */
import { createHash } from 'node:crypto';
import { accuracyCurve, confusionMatrix, weightImages } from '../..';
import { rasterize, renderSvg } from '../../node/render';

export async function fingerprint({ backwards = false } = {}): Promise<string> {
  const weights = Float32Array.from({ length: 7840 }, (_, i) => Math.sin(i));
  const figures = [accuracyCurve([0.8, 0.9], [0.8, 0.85]), weightImages(weights), confusionMatrix([5, 1, 0, 3])];
  if (backwards) figures.reverse();
  const parts: string[] = [];
  for (const figure of figures) {
    const svg = await renderSvg(figure);
    parts.push(svg + Buffer.from(await rasterize(svg)).toString('hex'));
  }
  return createHash('sha256').update(parts.sort().join()).digest('hex');
}

if (require.main === module) void fingerprint({ backwards: true }).then(console.log);
