/**
 * `NODE_DEBUG=proxystore`: a line on stderr for each operation, as Node writes for its own modules. One more subscriber of
 * the tracing channels; imported for this effect by the package's index.
 */

import { platform } from '#platform';
import type { TraceContext, TracedOperation } from './tracing.js';

/** The operations that are shown. */
const operations: readonly TracedOperation[] = [
  ...(['put', 'get', 'exists', 'evict', 'resolve'] as const),
  ...(['register', 'unregister', 'close'] as const),
];

/** What of Node's `process` is used. */
interface DebuggedProcess {
  readonly pid: number;
  readonly env?: Readonly<Record<string, string | undefined>>;
  readonly stderr?: { write(text: string): unknown };
}

const { process } = globalThis as { process?: DebuggedProcess };

/** Whether who started the process has asked for the section `proxystore` of `NODE_DEBUG`. */
export function isDebugged(): boolean {
  const sections = process?.env?.['NODE_DEBUG']?.split(',') ?? [];
  return sections.some((section) => section.trim().toLowerCase() === 'proxystore');
}

if (isDebugged()) for (const operation of operations) show(operation);

function show(operation: TracedOperation): void {
  const write = (message: unknown): void => {
    const { store, key, bytes, error } = message as TraceContext; // what the channels carry
    const parts = [
      ...(store === undefined ? [] : [store]),
      ...(key === undefined ? [] : [JSON.stringify(key)]),
      ...(bytes === undefined ? [] : [`${String(bytes)} bytes`]),
      ...(error === undefined ? [] : [`failed: ${described(error)}`]),
    ];
    process?.stderr?.write(`PROXYSTORE ${String(process.pid)}: ${operation} ${parts.join(' ')}\n`);
  };
  // An asynchronous operation ends twice: its call, and what it has promised. Only the latter is of interest.
  const synchronous = operation === 'register' || operation === 'unregister';
  const channel = `tracing:proxystore:${operation}:${synchronous ? 'end' : 'asyncEnd'}`;
  platform.diagnosticsChannel?.subscribe(channel, write);
}

function described(error: unknown): string {
  return error instanceof Error ? `${error.name}: ${error.message}` : typeof error;
}
