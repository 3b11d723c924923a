// Ends with 0 if a handler in src has no bundle in assets, or one that is older than something in src.
import { existsSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { exit } from 'node:process';

// folders, too: they change when a file is removed
const sources = ['.', ...readdirSync('src', { recursive: true })].map(name => join('src', name));
const bundles = sources.filter(name => name.endsWith('.lambda.ts')).map(name => name.replace(/^src(.*)\.ts$/, 'assets$1/index.js'));
const changed = path => statSync(path).mtimeMs;
const current = bundles.every(existsSync) && Math.min(...bundles.map(changed)) > Math.max(...[...sources, 'package-lock.json'].map(changed));
exit(current ? 1 : 0);
