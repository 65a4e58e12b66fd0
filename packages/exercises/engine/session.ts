/** The functions that chapters use to check answers; they remember the verdicts of one kernel. */
import { checkText, formatValue } from '../../../src/common/checks';
import { ALL, type Answers, BY_CHAPTER, type ExerciseId } from '../chapters/all';
import { minutesOf } from './exercise';
import { judgeAnswer, type Limit, type Verdict } from './judge';
import { makeTranslator, type Phrases } from './phrases';

/** What a host provides; everything is optional. */
export interface Surroundings {
  /** Stops an answer that does not return. */
  limit?: Limit;
  /** Prints one line. */
  print?: (line: string) => void;
  /**
   * The file and the edition of a chapter in the package, whatever its number there; undefined if unknown.
   */
  currentEdition?: (chapter: string) => { file: string; edition: string } | undefined;
  /**
   * Records the result of each check (`passed`, `todo`, `error`, `wrong`, or the name of the mistake), not the answer.
   */
  record?: (id: ExerciseId, result: string) => void;
  /** The messages of checks in a language such as `zh`, by their English; undefined for an unknown language. */
  phrases?: (language: string) => Phrases | undefined;
}

type ChapterName = keyof typeof BY_CHAPTER;

const SIGNS = { passed: '✔', todo: '○', error: '✘', wrong: '✘' } as const;

/** The line that a check prints: sign, exercise, name of a known mistake, message. */
export function line(id: string, { status, name, message }: Verdict): string {
  return `${SIGNS[status]} ${id}${name ? ` (${name})` : ''}: ${message}`;
}

/** Makes the functions that chapters use, with their own verdicts. */
export function makeExercises({
  limit,
  print = (text) => console.log(text),
  currentEdition,
  record,
  phrases,
}: Surroundings = {}) {
  const verdicts = new Map<ExerciseId, Verdict>();
  /** Translates messages to the language of the learner's copy; what is recorded stays English. */
  let say = (english: string): string => english;

  /**
   * Whether an answer is right or, if not, which mistake it is. Nothing is printed or kept.
   * @throws RangeError if the exercise is unknown
   */
  function judge<K extends ExerciseId>(id: K, answer: Answers[K]): Verdict {
    if (typeof id !== 'string' || !Object.hasOwn(ALL, id))
      throw new RangeError(`exercise: expected one such as 'lif-charge', found ${formatValue(id)}`);
    return judgeAnswer(ALL[id], answer, limit);
  }

  /** Judges an answer and prints one line about it. */
  function check<K extends ExerciseId>(id: K, answer: Answers[K]): void {
    const verdict = judge(id, answer);
    verdicts.set(id, verdict);
    record?.(id, verdict.name ?? verdict.status);
    print(line(id, { ...verdict, message: say(verdict.message) }));
  }

  /** Whether the last check of this exercise, in this kernel, was passed. */
  const solved = (id: ExerciseId): boolean => verdicts.get(id)?.status === 'passed';

  /** Prints the progress in a chapter's exercises, from this kernel's checks. */
  function progress(chapter: ChapterName): void {
    const isChapter = typeof chapter === 'string' && Object.hasOwn(BY_CHAPTER, chapter);
    const ids = Object.keys(isChapter ? BY_CHAPTER[chapter] : {}) as ExerciseId[];
    if (ids.length === 0) throw new RangeError(`chapter: expected one with exercises, found ${formatValue(chapter)}`);
    const { core, all } = minutesOf(ids.filter((id) => !solved(id)).map((id) => ALL[id]));
    const left = all === 0 ? '' : `, about ${all} minutes to go, ${core} of them core`;
    print(say(`${ids.filter(solved).length} of ${ids.length} exercises passed${left}.`));
    for (const id of ids) {
      const verdict = verdicts.get(id);
      const state =
        verdict === undefined ? 'not run' : verdict.status === 'todo' ? 'not attempted' : (verdict.name ?? 'not yet');
      const sign = verdict ? SIGNS[verdict.status] : '○';
      const optional = ALL[id].optional ? ' (optional)' : '';
      print(verdict?.status === 'passed' ? `  ✔ ${id}` : say(`  ${sign} ${id}: ${state}${optional}`));
    }
  }

  /**
   * Prints the edition of a learner's copy, and whether the chapter has changed since.
   * @param language of the copy, used for messages from now on
   * @throws RangeError without messages in that language
   */
  function edition(chapter: string, copied: string, language = 'en'): void {
    checkText('chapter', chapter);
    checkText('copied', copied);
    const table = language === 'en' ? {} : /^[a-z]{2}$/.test(language) ? phrases?.(language) : undefined;
    if (table === undefined)
      throw new RangeError(`language: expected 'en' or one that is translated, found ${formatValue(language)}`);
    say = makeTranslator(table);
    const current = currentEdition?.(chapter);
    print(say(`Your copy of ${chapter}, edition ${copied}.`));
    if (current === undefined || current.edition === copied) return;
    const again = current.file.slice(0, 2) + (language === 'en' ? '' : ` --language ${language}`);
    print(
      say(
        `The chapter is newer: edition ${current.edition}. “npm run exercises -- --reset ${again}” gives you a new copy and keeps this one.`,
      ),
    );
  }

  return { judge, check, solved, progress, edition };
}
