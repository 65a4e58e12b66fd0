/** The exercises as the browser has them: what they say in another language is a file of the site. */
import { makeExercises, type Phrases } from '../../packages/exercises';
import { kernel } from './kernel';

export { type Net, todo } from '../../packages/exercises';

/** A cell that asks for a language goes on in it, so the kernel's worker waits for the file. */
function phrases(language: string): Phrases | undefined {
  const request = new XMLHttpRequest();
  request.open('GET', new URL(`lif-fc-mnist/exercises.${language}.json`, kernel().siteUrl), false);
  request.send();
  return request.status === 200 ? (JSON.parse(request.responseText) as Phrases) : undefined;
}

export const { check, solved, progress, edition } = makeExercises({ phrases });
