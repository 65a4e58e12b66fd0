/** Questions of cells to the person at the page, one after the other. */

interface Question {
  prompt: string;
  answer: Promise<string>;
  resolve(value: string): void;
  reject(error: Error): void;
}

export class Input {
  private waiting: Question[] = [];

  /** @param post asks the page */
  constructor(private readonly post: (prompt: string) => void) {}

  private postFirst(): void {
    const [first] = this.waiting;
    if (first) this.post(first.prompt);
  }

  /** Resolves to what the person writes; rejects with the error of `end`, or if no one can be asked. */
  ask(prompt: string): Promise<string> {
    const question = { prompt } as Question;
    question.answer = new Promise((resolve, reject) => Object.assign(question, { resolve, reject }));
    this.waiting.push(question);
    if (this.waiting.length === 1) this.postFirst();
    return question.answer;
  }

  /** The answer to the question that was posted last; undefined if no one can answer. */
  receive(value: string | undefined): void {
    const question = this.waiting.shift();
    if (value !== undefined) question?.resolve(value);
    else question?.reject(new Error('prompt() has nobody to ask: who runs this cell takes no input'));
    this.postFirst();
  }

  end(error: Error): void {
    for (const { reject } of this.waiting) reject(error);
    this.waiting = [];
  }

  /** Resolves when no question is open. */
  async answered(): Promise<void> {
    while (this.waiting.length > 0) {
      try {
        await this.waiting[0]?.answer;
      } catch {
        // The asker gets it.
      }
    }
  }
}
