// Prints the version of the next release where the commits don't decide it: `next-version.mjs <least>` prints the least version until
// there is a release of it, and nothing from then on. The task `bump` says in LATEST_TAG which release is the newest.
const [least] = process.argv.slice(2);
const released = (process.env.LATEST_TAG ?? '').replace(/^v/, '') || '0.0.0';

const numbers = version => {
  if (!/^\d+\.\d+\.\d+(-[\w.]+)?$/.test(version ?? '')) {
    throw new Error(`got the version '${version}', expected one like 1.2.3: node projenrc/next-version.mjs <least version>`);
  }
  return version.split('-')[0].split('.').map(Number);
};
const [wanted, newest] = [numbers(least), numbers(released)];
const different = wanted.findIndex((number, at) => number !== newest[at]);
if (different !== -1 && wanted[different] > newest[different]) { console.log(least); }
