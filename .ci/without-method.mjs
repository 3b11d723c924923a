// Writes the assembly in <folder> to <copy> without one public method, or with nothing changed if none is named.
// Usage: without-method.mjs <folder> <copy> [<class> <method>]
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const [folder, copy, className, methodName] = process.argv.slice(2);
const assembly = JSON.parse(readFileSync(join(folder, '.jsii')));
if (className) {
  const type = assembly.types[`${assembly.name}.${className}`];
  const kept = type?.methods?.filter(method => method.name !== methodName);
  if (!kept || kept.length === type.methods.length) { throw new Error(`there is no ${className}.${methodName} to leave out`); }
  type.methods = kept;
}
mkdirSync(copy, { recursive: true });
writeFileSync(join(copy, '.jsii'), JSON.stringify(assembly));
writeFileSync(join(copy, 'package.json'), readFileSync(join(folder, 'package.json')));
