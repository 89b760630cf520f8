/** One row of the table: something of ours, and what it is measured against in the same run. */

/** A duration in nanoseconds. */
export type Nanoseconds = number;

/** What a row promises. The table says whether it was kept. */
export interface Budget {
  /** The control or the constant, by its name, that ours is compared with. */
  readonly against: string;
  /** Ours takes at most so many times what the control takes. */
  readonly atMost?: number;
  /** The control takes at least so many times what ours takes: ours is so many times as fast. */
  readonly atLeast?: number;
}

/**
 * Something that takes time. Ours and the controls are run by turns, so that a machine that slows down meanwhile slows
 * all of them down.
 */
export interface BenchRow {
  /** The part of the library, such as `'store'`; what `--only` selects by. */
  readonly group: string;
  /** What is measured, such as `'put of a small object'`. */
  readonly name: string;
  readonly budget?: Budget;
  /** What of ours is timed; a promise that it returns is awaited, in the time. */
  readonly ours: () => unknown;
  /** What ours is compared with, by name. */
  readonly controls: Readonly<Record<string, () => unknown>>;
  /** Figures that are not measured in this run, by name: from another machine, or a limit. Per operation. */
  readonly constants?: Readonly<Record<string, Nanoseconds>>;
  /** How many operations one call of `ours` or a control is. The table shows the time of one. Default 1. */
  readonly operations?: number;
  /** Prepares what the row needs. Run once, before it; not timed. */
  before?(): unknown;
  /** Takes away what it needed. Run once, when the row has failed too. */
  after?(): unknown;
}

/** Something that measures itself: a size, or a time that only another process can take. */
export interface MeasuredRow {
  readonly group: string;
  readonly name: string;
  readonly budget?: Budget;
  /** What `ours` and the controls give. */
  readonly unit: 'ns' | 'bytes';
  readonly ours: () => number | Promise<number>;
  readonly controls: Readonly<Record<string, () => number | Promise<number>>>;
  /** As in {@link BenchRow}, in this row's unit. */
  readonly constants?: Readonly<Record<string, number>>;
  /** How often each is measured. Default 1. */
  readonly samples?: number;
  /**
   * Which of the samples the table shows. Default `'least'`. `'median'` where another process or the disk decides, for
   * which the least is luck: now and then all of it takes a third of the time, and not for everyone as often.
   */
  readonly figure?: 'least' | 'median';
  /** As in {@link BenchRow}. */
  before?(): unknown;
  /** As in {@link BenchRow}. */
  after?(): unknown;
}
