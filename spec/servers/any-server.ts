/** A server whose settings do not matter, and which nobody stops. */
export interface AnyServer extends AsyncDisposable {
  /** Where clients reach it. */
  readonly url: string;
}

/**
 * The server that an environment variable names, else one that is started.
 *
 * @param variable - The variable's name. The server that it names is left running.
 * @param start - Starts a server, which ends when it is disposed of.
 */
export async function anyServer(variable: string, start: () => Promise<AnyServer>): Promise<AnyServer> {
  const url = process.env[variable];
  if (url === undefined || url === '') return await start();
  return { url, [Symbol.asyncDispose]: () => Promise.resolve() };
}

/** Who a URL says that its user is: as much of it as there is. */
export function accessOf(url: string): { readonly user?: string; readonly pass?: string } {
  const { username, password } = new URL(url);
  return {
    ...(username !== '' && { user: decodeURIComponent(username) }),
    ...(password !== '' && { pass: decodeURIComponent(password) }),
  };
}
