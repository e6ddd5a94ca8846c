export class UsageTrend {
  first: number | null = null;
  sum = 0;
  record(at: number, amount: number): void {
    this.first ??= at;
    this.sum += amount;
  }
}
