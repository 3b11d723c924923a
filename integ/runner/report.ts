import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Group, Place } from './check';
import type { Outcome, Row } from './run';

const UNVERIFIED = join(__dirname, '../../docs/unverified.md');
const LONGEST = 400;

/** What is assumed and the group that decides it, by id: the list that users read. */
export function assumptions(): Map<string, { readonly assumed: string; readonly group: string }> {
  const written = readFileSync(UNVERIFIED, 'utf8').split('| id | what is assumed |')[1];
  const rows = written.split('\n').filter(line => line.startsWith('| ')).map(line => line.slice(2).split(' | '));
  return new Map(rows.map(([id, assumed, , group]) => [id, { assumed, group: group.replace(/[` |]/g, '') }]));
}

/** What a run will do, before anything is done. */
export function plan(groups: readonly Group[], place: Place, left: readonly (readonly [Group, string])[]): string {
  const { account, region, farRegion, otherAccount, engine } = place;
  const sum = (value: (group: Group) => number) => groups.reduce((all, group) => all + value(group), 0);
  return [
    engine ? 'On the local engine, never AWS:' : `In the account ${account}${otherAccount ? ` and the account ${otherAccount}` : ''}, Region ${region} (some of it in ${farRegion}), the run creates`,
    ...groups.map(({ name, creates, minutes, dollars }) => `  ${name.padEnd(15)} ${creates} (about ${minutes} min, at most USD ${dollars.toFixed(2)})`),
    ...left.map(([{ name }, reason]) => `  ${name.padEnd(15)} is left out: ${reason}`),
    `It takes about ${sum(({ minutes }) => minutes)} minutes, costs at most USD ${sum(({ dollars }) => dollars).toFixed(2)} at list prices of US East, decides `
      + `${sum(({ checks }) => checks.length)} assumptions, and deletes everything at the end and when it is interrupted: every stack whose name begins with Integ, and every `
      + 'repository, rule and template whose name begins with integ-.',
  ].join('\n');
}

/** The table, for a terminal. */
export function table(rows: readonly Row[]): string {
  const width = Math.max(...rows.map(({ id }) => id.length));
  const counted = (answer: Row['answer']) => rows.filter(row => row.answer === answer).length;
  return [
    ...rows.map(({ id, answer, seen }) => `${id.padEnd(width)}  ${answer.padEnd(11)}  ${cut(seen, 100)}`),
    `${counted('confirmed')} confirmed, ${counted('refuted')} refuted, ${counted('not decided')} not decided`,
  ].join('\n');
}

/** The same as a file that can be put into a public issue: account ids are replaced. */
export function issue({ rows, left }: Outcome, { region, engine, account, otherAccount, organization }: Place, versions: string): string {
  const known = assumptions();
  const lines = rows.map(({ id, answer, seen }) => `| ${id} | ${known.get(id)?.assumed ?? ''} | ${answer} | ${cell(seen)} |`);
  const text = [
    `# Assumptions about AWS, ${engine ? 'on the local engine (not AWS)' : `in ${region}`}, ${new Date().toISOString().slice(0, 10)}`,
    '', versions, '',
    '| id | what is assumed | | what was seen |', '|---|---|---|---|', ...lines, '',
    left.length > 0 ? `Not deleted:\n\n${left.map(one => `- ${one}`).join('\n')}\n` : 'Everything was deleted.\n',
  ].join('\n');
  return [[account, '111111111111'], [otherAccount, '222222222222'], [organization, 'o-example']]
    .reduce((all, [own, stand]) => own ? all.replaceAll(own, stand!) : all, text)
    // accounts of others, ids of access keys and of sessions
    .replace(/\b(?!111111111111|222222222222)\d{12}\b/g, '333333333333').replace(/\b(AKIA|ASIA|AROA)[A-Z0-9]{12,}\b/g, '$1...');
}

function cell(seen: string): string {
  return cut(seen, LONGEST).replaceAll('|', '\\|').replaceAll('\n', ' ');
}

function cut(text: string, longest: number): string {
  const line = text.replace(/\s+/g, ' ');
  return line.length > longest ? `${line.slice(0, longest)}...` : line;
}
