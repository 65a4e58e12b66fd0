/** Questions from cells to the user, one at a time. */

interface Question {
  prompt: string;
  resolve(value: string): void;
  reject(error: Error): void;
}

export class Input {
  private waiting: Question[] = [];
  /** Resolves when the last question is answered or rejected, and so all questions before it. */
  private last: Promise<unknown> = Promise.resolve();

  /** @param post shows a prompt in the page */
  constructor(private readonly post: (prompt: string) => void) {}

  private postFirst(): void {
    const [first] = this.waiting;
    if (first) this.post(first.prompt);
  }

  /** Resolves to the answer; rejects with the error of `end`, or if the frontend takes no input. */
  ask(prompt: string): Promise<string> {
    const answer = new Promise<string>((resolve, reject) => this.waiting.push({ prompt, resolve, reject }));
    this.last = answer.catch(() => {});
    if (this.waiting.length === 1) this.postFirst();
    return answer;
  }

  /** Receives the answer to the posted question; undefined if the frontend takes no input. */
  receive(value: string | undefined): void {
    const question = this.waiting.shift();
    if (value !== undefined) question?.resolve(value);
    else question?.reject(new Error('prompt(): expected a frontend that takes input, found one that does not'));
    this.postFirst();
  }

  end(error: Error): void {
    for (const { reject } of this.waiting) reject(error);
    this.waiting = [];
  }

  /** Resolves when all questions are answered. */
  async answered(): Promise<void> {
    while (this.waiting.length > 0) await this.last;
  }
}
