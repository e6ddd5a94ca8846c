/** `20261124-171203-042`, in UTC: names in the order of time, of which no file system minds a character. */
export function timeInName(at: number): string {
  return new Date(at).toISOString().replace(/[-:Z]/g, '').replace(/[T.]/g, '-');
}
