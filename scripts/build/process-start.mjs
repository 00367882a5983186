import { readFileSync } from 'node:fs';

/**
 * Undefined when no such process lives; a zombie does not. A pid is soon given to another process: with its start
 * time it names one for ever. Where the system does not tell start times, the pid alone must do.
 */
export function startTimeOf(pid) {
  try {
    process.kill(pid, 0);
  } catch (error) {
    if (error.code !== 'EPERM') return undefined;
  }
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // The second field is the program's name in parentheses and may hold anything; what follows is regular.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return fields[0] === 'Z' ? undefined : fields[19];
  } catch {
    return 'unknown';
  }
}
