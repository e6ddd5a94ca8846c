/** An amount in dollars, with as many digits as one request needs. */
export function dollars(amount: number): string {
  return `$${amount.toFixed(7)}`;
}

/** How often each value occurs: `openai-a 3, openai-b 3`. */
export function counts(values: readonly string[]): string {
  if (values.length === 0) return 'none';
  const numbers = new Map<string, number>();
  for (const value of values) numbers.set(value, (numbers.get(value) ?? 0) + 1);
  return [...numbers]
    .sort(([a], [b]) => a.localeCompare(b))
    .map(([value, number]) => `${value} ${number}`)
    .join(', ');
}
