/** What a Dockerfile names. */
export interface DockerfileImages {
  /** The names of images, once each, with the values of arguments put in. */
  readonly names: string[];
  /** The names of stages, in lower case. */
  readonly stages: string[];
  /** Names that only the build knows, as they are written. */
  readonly unknown: string[];
}

type Arguments = { readonly [name: string]: string | undefined };

/** One instruction: its word in upper case, and the rest. */
type Instruction = readonly [word: string, rest: string];

const DIRECTIVE = /^\s*(?:#|\/\/)\s*([a-z]+)\s*=\s*(\S+)/i;
/** Words as a shell has them, each with its quotes. */
const WORD = /(?:[^\s"'\\]|\\[\s\S]|"(?:[^"\\]|\\[\s\S])*"|'[^']*')+/g;
const HEREDOC = /^\d*<<(-?)([^<]+)$/;
const VARIABLE = /\$(?:(\w+)|\{(\w+)(?::([-+])([^}]*))?\})/g;

/**
 * Reads what a Dockerfile builds from: `FROM`, `COPY --from`, `RUN --mount=from=` and its syntax directive. See the Dockerfile reference.
 *
 * @param text the file
 * @param given build arguments, which go before the defaults in the file
 */
export function readDockerfile(text: string, given: Arguments): DockerfileImages {
  const [directives, body] = readDirectives(text);
  const found = new Set<string>(directives.syntax === undefined ? [] : [directives.syntax]);
  const unknown = new Set<string>(), stages = new Set<string>();
  const defaults: { [name: string]: string | undefined } = Object.create(null) as { [name: string]: string | undefined };
  const add = (name: string, values: Arguments) => {
    const known = expanded(name, values);
    if (known === undefined) {
      unknown.add(name);
    } else if (known !== '' && known !== 'scratch' && !stages.has(known.toLowerCase()) && !/^\d+$/.test(known)) {
      found.add(known);
    }
  };
  for (const [word, rest] of instructions(body, directives.escape === '`' ? '`' : '\\')) {
    switch (word) {
      case 'ARG':
        // after the first stage an argument is none of what FROM sees
        if (stages.size === 0) { declare(rest, defaults, given); }
        break;
      case 'FROM': {
        const words = rest.split(/\s+/).filter(one => !one.startsWith('--'));
        add(words[0] ?? '', defaults);
        // a stage without a name is still the end of the arguments that all stages share
        stages.add(words[1]?.toUpperCase() === 'AS' && words[2] !== undefined ? words[2].toLowerCase() : ` ${stages.size}`);
        break;
      }
      case 'COPY':
        for (const { name, value } of flagsOf(rest)) {
          if (name === 'from') { add(value, {}); }
        }
        break;
      case 'RUN':
        for (const { name, value } of flagsOf(rest)) {
          const options = name === 'mount' ? value.split(',').map(option => option.replace(/^"(.*)"$/, '$1')) : [];
          for (const option of options.filter(one => /^from=/i.test(one))) { add(option.slice('from='.length), {}); }
        }
        break;
    }
  }
  return { names: [...found], stages: [...stages].filter(name => !name.startsWith(' ')), unknown: [...unknown] };
}

/** Directives are the comments in front of everything else; after the first other line a comment is just one. */
function readDirectives(text: string): [{ readonly [name: string]: string | undefined }, string[]] {
  const lines = text.replace(/^\uFEFF/, '').split(/\r?\n/);
  const directives: { [name: string]: string } = {};
  let at = lines[0]?.startsWith('#!') ? 1 : 0;
  for (let match = DIRECTIVE.exec(lines[at] ?? ''); match; match = DIRECTIVE.exec(lines[at] ?? '')) {
    directives[match[1].toLowerCase()] = match[2];
    at += 1;
  }
  return [directives, lines.slice(at)];
}

/** The flags in front of what an instruction does. */
function flagsOf(rest: string): { readonly name: string; readonly value: string }[] {
  const words = rest.match(WORD) ?? [];
  const end = words.findIndex(word => !word.startsWith('--'));
  return words.slice(0, end < 0 ? words.length : end).map(word => {
    const [, name, value = ''] = /^--([^=]*)=?(.*)$/s.exec(word)!;
    return { name, value: value.replace(/^(["'])(.*)\1$/s, '$2') };
  });
}

/** Joins continued lines, and leaves out comments and the bodies of here-documents. */
function* instructions(lines: readonly string[], escape: string): Generator<Instruction> {
  for (let at = 0; at < lines.length; at += 1) {
    if (isNothing(lines[at])) { continue; }
    let line = lines[at].trim();
    while (goesOn(line, escape) && at + 1 < lines.length) {
      at += 1;
      // as they stand: a word goes on in the next line
      if (!isNothing(lines[at])) { line = `${line.slice(0, -1)}${lines[at].trimEnd()}`; }
    }
    const [, written, rest] = /^(\S+)\s*(.*)$/s.exec(goesOn(line, escape) ? line.slice(0, -1) : line) ?? [];
    if (written === undefined) { continue; }
    const word = written.toUpperCase();
    yield [word, word === 'ONBUILD' ? '' : rest];
    at = afterBodies(lines, at, rest);
  }
}

/** The line in which the here-documents of an instruction end. One that never ends is none, so that nothing behind it is lost. */
function afterBodies(lines: readonly string[], start: number, rest: string): number {
  const [first, ...more] = rest.match(WORD) ?? [];
  if (first?.startsWith('[')) { return start; }
  let at = start;
  for (const word of [first ?? '', ...more]) {
    const [, tabs, written = ''] = HEREDOC.exec(word) ?? [];
    const end = written.replace(/["'\\]/g, '');
    const found = end ? lines.findIndex((line, index) => index > at && (tabs ? line.replace(/^\t+/, '') : line) === end) : -1;
    if (found >= 0) { at = found; }
  }
  return at;
}

/** A doubled sign at the end is the sign itself. */
function goesOn(line: string, escape: string): boolean {
  return line.endsWith(escape) && !line.endsWith(`${escape}${escape}`);
}

function isNothing(line: string): boolean {
  return /^\s*(#.*)?$/.test(line);
}

/** `ARG A=1 B`: a build argument goes before the default, and a default may name an earlier argument. */
function declare(rest: string, values: { [name: string]: string | undefined }, given: Arguments): void {
  for (const part of rest.match(/(?:[^\s"']+|"[^"]*"|'[^']*')+/g) ?? []) {
    const at = part.indexOf('=');
    const name = at < 0 ? part : part.slice(0, at);
    const otherwise = at < 0 ? undefined : part.slice(at + 1).replace(/^(["'])(.*)\1$/, '$2');
    values[name] = given[name] ?? (otherwise === undefined ? undefined : expanded(otherwise, values));
  }
}

/** A text with its variables put in; undefined where one has no value that is known here. */
function expanded(text: string, values: Arguments): string | undefined {
  let known = true;
  const result = text.replace(/^(["'])(.*)\1$/, '$2').replace(VARIABLE, (_, plain?: string, braced?: string, operator?: string, word = '') => {
    const value = values[plain ?? braced!];
    if (operator === '-') { return value || word; }
    if (operator === '+') { return value ? word : ''; }
    known &&= value !== undefined;
    return value ?? '';
  });
  return known && !result.includes('$') ? result : undefined;
}
