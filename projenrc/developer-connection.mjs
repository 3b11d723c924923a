// Usage: node projenrc/developer-connection.mjs <dist>
// Adds to each pom below <dist>/java where its developers push to, which Maven Central's requirements name and jsii-pacmak leaves out, and
// writes its checksums again. It has no signature yet: the publisher signs.
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const [dist] = process.argv.slice(2);
const java = join(dist ?? '', 'java');
const poms = existsSync(java) ? readdirSync(java, { recursive: true }).filter(name => name.endsWith('.pom')) : [];
if (poms.length === 0) {
  throw new Error(`got no pom below '${java}', expected one: node projenrc/developer-connection.mjs <dist>`);
}
for (const pom of poms.map(name => join(java, name))) {
  const text = readFileSync(pom, 'utf8');
  if (text.includes('<developerConnection>')) { continue; }
  const changed = text.replace(/^( *)<connection>(.*)<\/connection>$/m, '$&\n$1<developerConnection>$2</developerConnection>');
  if (changed === text) {
    throw new Error(`got no <connection> in ${pom}, expected one: package.json names no repository`);
  }
  writeFileSync(pom, changed);
  for (const algorithm of ['md5', 'sha1', 'sha256', 'sha512']) {
    const sum = `${pom}.${algorithm}`;
    if (existsSync(sum)) { writeFileSync(sum, createHash(algorithm).update(changed).digest('hex')); }
  }
}
