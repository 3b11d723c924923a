/**
 * Does something with each item, with at most so many at once. After a failure nothing new is begun, and it is thrown when
 * what was under way has ended.
 */
export async function inParallel<T>(most: number, items: T[], work: (item: T) => Promise<void>): Promise<void> {
  const queue = [...items];
  const failures: unknown[] = [];
  const worker = async () => {
    while (queue.length > 0 && failures.length === 0) {
      await work(queue.shift()!).catch((failure: unknown) => { failures.push(failure); });
    }
  };
  await Promise.all(Array.from({ length: Math.min(most, items.length) }, worker));
  if (failures.length > 0) {
    throw failures[0];
  }
}
