/** Questions of cells to the person at the page, one after the other. */

interface Question {
  prompt: string;
  resolve(value: string): void;
  reject(error: Error): void;
}

export class Input {
  private waiting: Question[] = [];
  /** Resolves when the question that was asked last has an answer or an error, so those before it have one, too. */
  private last: Promise<unknown> = Promise.resolve();

  /** @param post asks the page */
  constructor(private readonly post: (prompt: string) => void) {}

  private postFirst(): void {
    const [first] = this.waiting;
    if (first) this.post(first.prompt);
  }

  /** Resolves to what the person writes; rejects with the error of `end`, or if no one can be asked. */
  ask(prompt: string): Promise<string> {
    const answer = new Promise<string>((resolve, reject) => this.waiting.push({ prompt, resolve, reject }));
    this.last = answer.catch(() => {});
    if (this.waiting.length === 1) this.postFirst();
    return answer;
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
    while (this.waiting.length > 0) await this.last;
  }
}
