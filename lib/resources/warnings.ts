/** Telling of what nobody awaits. */

/** What a warning carries beside its message. */
export interface WarningOptions {
  /** What kind of a warning it is. Default `'ProxyStoreWarning'`. */
  readonly type?: string | undefined;
  /** A stable code to compare with. */
  readonly code?: string | undefined;
  /** More than one line of it, such as a stack. */
  readonly detail?: string | undefined;
}

/** What of Node's `process` is used. */
interface WarningProcess {
  emitWarning?(message: string, options: WarningOptions): void;
}

/**
 * Emits a process warning, which Node prints unless it was told not to; in a runtime without process warnings, the
 * console shows it.
 *
 * @param message - One line.
 * @param options - Its type, code and details.
 */
export function emitWarning(message: string, options: WarningOptions = {}): void {
  const { type = 'ProxyStoreWarning', code, detail } = options;
  const { process } = globalThis as { process?: WarningProcess };
  if (process?.emitWarning === undefined) console.warn(`${type}: ${message}`, detail ?? '');
  else process.emitWarning(message, { type, code, detail });
}

/**
 * Emits a warning about a failure that no caller hears of.
 *
 * @param what - What has failed.
 * @param error - What was thrown.
 */
export function warnOfFailure(what: string, error: unknown): void {
  const { name, code, message, stack } = (error ?? {}) as Partial<Record<keyof Error | 'code', unknown>>;
  emitWarning(`${what}: ${typeof message === 'string' ? message : describe(error)}`, {
    type: text(name),
    code: text(code),
    detail: text(stack),
  });
}

/** What can be said of something thrown that is no error. */
function describe(thrown: unknown): string {
  return typeof thrown === 'object' && thrown !== null ? 'an object was thrown' : String(thrown);
}

function text(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}
