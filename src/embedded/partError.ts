/**
 * Something `npm start` needs is not there or cannot be used. The message says what; `advice` says what to do, a line
 * each. Shown to people without a stack.
 */
export class PartError extends Error {
  override name = 'PartError';
  constructor(
    message: string,
    readonly advice: readonly string[] = [],
    options?: ErrorOptions,
  ) {
    super(message, options);
  }

  /** Message and advice as they are printed. */
  get text(): string {
    return [this.message, ...this.advice.map((line) => `  ${line}`)].join('\n');
  }
}
