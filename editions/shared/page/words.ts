/** What pages say, in their language: a page that is not English brings a table of its words before its scripts. */
import { makeTranslator } from '../../../packages/exercises/engine/phrases';

declare global {
  /** Sentences and words by their English, `{0}` for what is filled in: translations/zh/phrases/pages.json. */
  var pageWords: Readonly<Record<string, string>> | undefined;
}

/** Says a sentence or a word: t`Neuron ${i} fired.` is looked up as `Neuron {0} fired.` Blanks around it stay. */
export function t(parts: TemplateStringsArray, ...values: unknown[]): string {
  const english = parts.reduce((text, part, i) => `${text}{${i - 1}}${part}`);
  const key = english.trim();
  const other = globalThis.pageWords?.[key];
  const text = other === undefined ? english : english.replace(key, () => other);
  return text.replace(/\{(\d)\}/g, (_, i) => String(values[i]));
}

let translateText: ((english: string) => string) | undefined;

/** Says what a package has worded, whole: the name of a setting, with a number behind it or not, or what is expected. */
export function translate(english: string): string {
  translateText ??= makeTranslator(globalThis.pageWords ?? {});
  const known = translateText(english);
  return known !== english ? known : english.replace(/^(.+?)(?= [\d.e-]+$)/, (name) => translateText?.(name) ?? name);
}
