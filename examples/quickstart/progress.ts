/** How far a job is: one line that counts up on a terminal, one line at the end elsewhere. */
export class Progress implements Disposable {
  readonly #name: string;
  readonly #total: number;
  #done = 0;

  constructor(name: string, total: number) {
    this.#name = name;
    this.#total = total;
  }

  advance(): void {
    this.#done += 1;
    if (process.stdout.isTTY) process.stdout.write(`\r${this.#line()}`);
  }

  [Symbol.dispose](): void {
    process.stdout.write(process.stdout.isTTY ? '\n' : `${this.#line()}\n`);
  }

  #line(): string {
    return `${this.#name}: ${this.#done} of ${this.#total} texts`;
  }
}
