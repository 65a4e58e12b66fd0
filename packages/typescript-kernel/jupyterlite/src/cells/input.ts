/** Questions of cells to the person at the page, one after the other. */

export interface Input {
  /** Resolves to what the person writes; rejects on an interrupt, and where nobody can be asked. */
  ask(prompt: string, isPassword: boolean): Promise<string>;
  /** The answer to the question that was posted last; undefined where there is nobody who could answer. */
  receive(value: string | undefined): void;
  interrupt(): void;
}

interface Question {
  prompt: string;
  isPassword: boolean;
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
    ask: (prompt, isPassword) =>
      new Promise((resolve, reject) => {
        waiting.push({ prompt, isPassword, resolve, reject });
        if (waiting.length === 1) postFirst();
      }),
    receive(value) {
      const question = waiting.shift();
      if (value !== undefined) question?.resolve(value);
      else question?.reject(new Error('input() has nobody to ask: who runs this cell takes no input'));
      postFirst();
    },
    interrupt() {
      const error = Object.assign(new Error('Interrupted.'), { name: 'AbortError' });
      for (const { reject } of waiting) reject(error);
      waiting = [];
    },
  };
}
