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
 * Emits a process warning, which Node prints once it is heard by nobody; in a runtime without `process`, the console
 * shows it.
 *
 * @param message - One line.
 * @param options - Its type, code and details.
 */
export function emitWarning(message: string, options: WarningOptions = {}): void {
  const { process } = globalThis as { process?: WarningProcess };
  if (process?.emitWarning === undefined) console.warn(message, options.detail ?? '');
  else process.emitWarning(message, { type: 'ProxyStoreWarning', ...options });
}

/**
 * Emits a warning about a failure that no caller hears of.
 *
 * @param what - What has failed.
 * @param error - What was thrown.
 */
export function warnOfFailure(what: string, error: unknown): void {
  const { name, code, message, stack } = (error ?? {}) as Partial<Error> & { code?: unknown };
  emitWarning(`${what}: ${message ?? String(error)}`, {
    type: name,
    code: typeof code === 'string' ? code : undefined,
    detail: stack,
  });
}
