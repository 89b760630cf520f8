import { isProxy, reference } from '../../lib/index.js';

/**
 * A graph as text: two graphs have the same text if they have the same values in the same shape, with the same members
 * shared and the same cycles. Proxies count by their references, and are not resolved.
 */
export function graphText(root: unknown): string {
  const numbers = new Map<object, number>();
  const text = (value: unknown): string => {
    if (typeof value === 'bigint') return `${value}n`;
    if (typeof value === 'string') return JSON.stringify(value);
    if (typeof value !== 'object' || value === null) return Object.is(value, -0) ? '-0' : String(value);
    const known = numbers.get(value);
    if (known !== undefined) return `#${known}`;
    numbers.set(value, numbers.size);
    if (isProxy(value)) return `proxy ${JSON.stringify(reference(value))}`;
    const name = Object.prototype.toString.call(value).slice(8, -1);
    if (name === 'Date') return `Date ${(value as Date).getTime()}`;
    if (ArrayBuffer.isView(value)) return `${name} ${Buffer.from(value.buffer).toString('hex')}`;
    if (name === 'Map')
      return `Map {${[...(value as Map<unknown, unknown>)].map((entry) => entry.map(text).join(': ')).join(', ')}}`;
    if (name === 'Set') return `Set {${[...(value as Set<unknown>)].map(text).join(', ')}}`;
    const members = Object.entries(value).map(([key, member]) => `${JSON.stringify(key)}: ${text(member)}`);
    return Array.isArray(value) ? `[${value.length}: ${members.join(', ')}]` : `{${members.join(', ')}}`;
  };
  return text(root);
}
