/** Mistakes that every check recognizes, whatever the exercise. */
export interface GeneralMistake {
  /** A short description for the teacher. */
  expect: string;
  /** The question at the end of the check's message. */
  question: string;
}

/** Keys are the names that checks print in parentheses. */
export const GENERAL = {
  'never-ends': {
    expect: 'a loop or a recursion without an end',
    question: 'Which loop never reaches its last round?',
  },
  'too-large': { expect: 'a list that no memory can hold', question: 'How long should the list be?' },
  throws: { expect: 'an error of its own', question: 'In which line is the error, and with which values?' },
  'no-function': {
    expect: 'the result of a call is handed to the check, not the function',
    question: 'Hand the function itself to the check. Is it called too early?',
  },
  'changes-arguments': {
    expect: 'writes into the lists or objects that it was given',
    question: 'Who else may still need them as they were?',
  },
  'keeps-state': {
    expect: 'a variable outside of the function, or chance',
    question: 'What does your function keep between calls, or does it call “Math.random”?',
  },
  'other-calls': {
    expect: 'the right result, but other calls on the way than the task asks for',
    question: 'Which calls does the task ask for, and how many?',
  },
  nothing: { expect: 'no `return`', question: 'Is a “return” missing, or a value never set?' },
  gap: { expect: 'a list or an object with values that were never set', question: 'Which one do you never set?' },
  promise: { expect: 'an `async` function', question: 'Does anything in it have to wait?' },
  kind: { expect: 'a list for a number, a number for a list, and the like', question: 'What does the task ask for?' },
  nan: { expect: '`NaN`', question: 'Which operation has no result, or uses a value that was never set?' },
  infinite: { expect: '`Infinity`', question: 'Does it divide by 0, or take the logarithm of 0?' },
  length: {
    expect: 'a list of another length',
    question: 'How many should it have, and what does each stand for?',
  },
  missing: { expect: 'an object without one of its parts', question: 'Which parts does the task name?' },
} as const satisfies Record<string, GeneralMistake>;
