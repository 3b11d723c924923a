import { execFileSync } from 'node:child_process';
import { mkdirSync, readdirSync } from 'node:fs';

/** Unpacks a package of Debian's into a new folder. It isn't installed, since that may start a service. */
export function debianPackage(name: string, folder: string): string {
  mkdirSync(folder);
  execFileSync('apt-get', ['download', '-qq', name], { cwd: folder, stdio: 'ignore' });
  execFileSync('dpkg', ['-x', readdirSync(folder)[0], '.'], { cwd: folder });
  return folder;
}
