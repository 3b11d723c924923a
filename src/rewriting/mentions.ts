const NAME = '[a-z0-9][a-z0-9._/-]*(?::[A-Za-z0-9_][A-Za-z0-9_.-]*)?(?:@sha(?:256|384|512):[0-9a-f]+)?';

/**
 * Finds the hosts of the caches in texts of any kind: a command, a script, the values of a chart in JSON. A link to a web page is no name of an
 * image, so `https://quay.io/repository/...` is none.
 */
export class MentionFinder {
  private readonly pattern: RegExp | undefined;
  private readonly quick: RegExp | undefined;

  constructor(hosts: Iterable<string>) {
    const alternatives = [...hosts].map(host => host.replace(/[.+*?^$()[\]{}|\\]/g, '\\$&')).join('|');
    if (alternatives !== '') {
      this.pattern = new RegExp(`(?<![A-Za-z0-9.-])(?<!https?://)(?:${alternatives})/(?:${NAME})?`, 'g');
      // without the slash, which may stand in another part of what a function joins
      this.quick = new RegExp(alternatives);
    }
  }

  /** Whether it is worth a look: a rendered template as one text, which most have nothing in. */
  public mayBeIn(text: string): boolean {
    return this.quick?.test(text) ?? false;
  }

  /** The names in a text as far as they go, each with its host: `quay.io/team/app:1`. */
  public in(text: string): string[] {
    if (this.pattern === undefined || !this.mayBeIn(text)) { return []; }
    const names = [...text.matchAll(this.pattern)].map(([name]) => name.replace(/[.:/-]+$/, ''));
    return [...new Set(names)];
  }
}
