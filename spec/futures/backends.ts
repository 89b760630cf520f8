import { EventEmitter, once } from 'node:events';
import { FileConnector } from '../../lib/connectors/file.js';
import { LocalConnector, Store } from '../../lib/index.js';
import { disposableConstructors } from '../../lib/resources/disposable-stack.js';
import { TemporaryDirectory } from '../connectors/temporary-directory.js';
import { ObservedConnector } from '../store/observed-connector.js';

/** What futures behave alike on. */
export const backends = [
  'memory, which tells',
  'a directory, which tells',
  'memory, which is asked',
] as const;

/** A registered store with nothing in it, and what it needs. */
export class OpenedStore implements AsyncDisposable {
  readonly store: Store;
  readonly #resources: AsyncDisposableStack;

  constructor(backend: (typeof backends)[number] = 'memory, which tells') {
    const { AsyncDisposableStack } = disposableConstructors();
    this.#resources = new AsyncDisposableStack();
    this.store = this.#resources.use(new Store('futures', this.#connector(backend), { register: true }));
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#resources.disposeAsync();
  }

  #connector(backend: (typeof backends)[number]): LocalConnector | FileConnector | ObservedConnector {
    switch (backend) {
      case 'memory, which tells':
        return new LocalConnector();
      case 'a directory, which tells':
        return new FileConnector(this.#resources.use(new TemporaryDirectory()).path);
      case 'memory, which is asked':
        return new ObservedConnector();
    }
  }
}

/** A connector that keeps the signals of those who watch. */
export class WatchedConnector extends LocalConnector {
  readonly watches: (AbortSignal | undefined)[] = [];
  readonly #begun = new EventEmitter();

  override watch(...[key, options]: Parameters<LocalConnector['watch']>): Promise<void> {
    this.watches.push(options?.signal);
    this.#begun.emit('watch');
    return super.watch(key, options);
  }

  /** Waits until somebody begins to watch. */
  async nextWatch(): Promise<void> {
    await once(this.#begun, 'watch');
  }
}
