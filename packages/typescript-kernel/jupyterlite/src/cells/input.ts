/** Questions of cells to the person at the page, one after the other. */

export interface Input {
  /** Resolves to what the person writes; rejects with the error of `end`, or if no one can be asked. */
  ask(prompt: string, isPassword: boolean): Promise<string>;
  /** The answer to the question that was posted last; undefined if no one can answer. */
  receive(value: string | undefined): void;
  /** Rejects all open questions. */
  end(error: Error): void;
  /** Resolves when no question is open. */
  answered(): Promise<void>;
}

interface Question {
  prompt: string;
  isPassword: boolean;
  answer: Promise<string>;
  resolve(value: string): void;
  reject(error: Error): void;
}

/** @param post asks the page */
export function createInput(post: (prompt: string, isPassword: boolean) => void): Input {
  let waiting: Question[] = [];
  const postFirst = () => {
    const [first] = waiting;
    if (first) post(first.prompt, first.isPassword);
  };
  return {
    ask(prompt, isPassword) {
      const question = { prompt, isPassword } as Question;
      question.answer = new Promise((resolve, reject) => Object.assign(question, { resolve, reject }));
      waiting.push(question);
      if (waiting.length === 1) postFirst();
      return question.answer;
    },
    receive(value) {
      const question = waiting.shift();
      if (value !== undefined) question?.resolve(value);
      else question?.reject(new Error('input() has nobody to ask: who runs this cell takes no input'));
      postFirst();
    },
    end(error) {
      for (const { reject } of waiting) reject(error);
      waiting = [];
    },
    async answered() {
      // Without an iterator, which a cell may have replaced.
      for (let first = waiting[0]; first; first = waiting[0]) {
        try {
          await first.answer;
        } catch {
          // The asker gets it.
        }
      }
    },
  };
}
