/** Whether a process with this id runs on this host, whoever owns it. */
export function isProcessAlive(pid: number): boolean {
  // Zero and negative ids name process groups: signal 0 to those says nothing about one process.
  if (!Number.isInteger(pid) || pid <= 0) return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // EPERM: it runs, and belongs to somebody else.
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
