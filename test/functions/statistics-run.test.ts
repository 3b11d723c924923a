import { StatisticsRun } from '../../src/functions/statistics-run';
import type { Sources } from '../../src/functions/statistics-run';

const NOON = new Date('2026-03-02T12:00:00Z');

/** A registry that makes its names up as they are asked for, and watches what is held at once. */
class EndlessRegistry implements Sources {
  public readonly asked = { names: 0, images: 0, pulls: 0 };
  public mostAtOnce = 0;
  /** Repositories of pages that were begun, less those whose pulls were asked for. */
  public mostHeld = 0;
  private atOnce = 0;
  private held = 0;

  constructor(private readonly repositories: number, private readonly policy?: string) {}

  public async rules(): Promise<string[]> {
    return ['echo'];
  }

  public async templates() {
    return [{ prefix: 'echo', appliedFor: ['PULL_THROUGH_CACHE'], lifecyclePolicy: this.policy }];
  }

  public async probePulls(): Promise<Map<string, number>> {
    return new Map([['echo', 0]]);
  }

  public async *repositoryNames(): AsyncIterable<string[]> {
    for (let start = 0; start < this.repositories; start += 1000) {
      this.asked.names += 1;
      this.held += 1000;
      this.mostHeld = Math.max(this.mostHeld, this.held);
      yield Array.from({ length: 1000 }, (_, at) => `echo/app-${start + at}`);
    }
  }

  public async *images(): AsyncIterable<object[]> {
    this.asked.images += 1;
    this.atOnce += 1;
    this.mostAtOnce = Math.max(this.mostAtOnce, this.atOnce);
    await Promise.resolve();
    yield [{ imageSizeInBytes: 3, imageTags: ['1'], imagePushedAt: NOON }];
    this.atOnce -= 1;
  }

  public async pulls(repositories: string[]): Promise<Map<string, number>> {
    this.asked.pulls += 1;
    this.held -= repositories.length;
    return new Map(repositories.map(repository => [repository, 2]));
  }
}

async function count(registry: EndlessRegistry, timeIsUp: () => boolean = () => false) {
  const lines: any[] = [];
  const settings = { prefixes: ['echo'], windowHours: 24 };
  const [echo] = await new StatisticsRun(settings, registry, { now: NOON, timeIsUp }, line => lines.push(line)).run();
  return { figures: Object.fromEntries(echo.figures(NOON, false).map(({ name, value }) => [name, value])), lines };
}

test('counts 10,000 repositories with a call for each thousand names, one for each repository and one for each thousand pulls', async () => {
  const registry = new EndlessRegistry(10_000);

  const { figures } = await count(registry);

  expect(figures).toMatchObject({ Repositories: 10_000, UnseenRepositories: 0, Images: 10_000, StoredBytes: 30_000, Pulls: 20_000 });
  expect(registry.asked).toEqual({ names: 10, images: 10_000, pulls: 10 });
});

test('holds one page of repositories, and looks into eight of them, at once', async () => {
  const registry = new EndlessRegistry(10_000);

  await count(registry);

  expect(registry.mostHeld).toBe(1000);
  expect(registry.mostAtOnce).toBe(8);
});

test('counts all repositories that it had no time for, and names the first hundred', async () => {
  let looks = 0;

  const { figures, lines } = await count(new EndlessRegistry(10_000), () => { looks += 1; return looks > 4000; });

  expect(figures).toEqual({ Repositories: 10_000, UnseenRepositories: 6000 });
  expect(lines.filter(line => line.kind === 'unseen')).toHaveLength(100);
  expect(lines.find(line => line.kind === 'unseen')).toMatchObject({ code: 'OutOfTime' });
});
