import { execFile } from 'child_process';
import { promisify } from 'util';
import { atMost, kilobytes, table } from './section';
import type { Section } from './section';
import type { Workshop } from './workshop';

/** Construct libraries of like purpose, at versions that stay. */
const OTHERS = ['cdk-fck-nat@1.6.22', 'cdk-nag@3.0.2', 'cdk-monitoring-constructs@10.2.0', 'cdk-ecr-deployment@4.2.65'];
const MOST_BYTES = 400_000;

interface Packed {
  readonly name: string;
  readonly version: string;
  readonly size: number;
  readonly unpackedSize: number;
  readonly files: readonly unknown[];
}

/** What users download, and what it becomes on their disks. */
export async function packageSize(workshop: Workshop): Promise<Section> {
  const [ours, ...others] = await Promise.all([workshop.tarball, ...OTHERS].map(weighed));
  return {
    title: 'Package',
    body: [
      'As `npm pack` weighs the published archives, each without its dependencies.',
      table(['Package', 'Packed', 'Unpacked', 'Files'], [ours, ...others].map((each) => [
        each === ours ? `**${each.name}**` : `${each.name} ${each.version}`, kilobytes(each.size), kilobytes(each.unpackedSize), each.files.length,
      ])),
    ].join('\n\n'),
    goals: [atMost('The package, packed', ours.size, MOST_BYTES, kilobytes)],
  };
}

/** npm reads an archive the same way whether it comes from a registry or a file. */
async function weighed(archive: string): Promise<Packed> {
  const { stdout } = await promisify(execFile)('npm', ['pack', '--json', '--dry-run', archive], { maxBuffer: 2 ** 26 });
  const [packed] = JSON.parse(stdout) as [Packed];
  return packed;
}
