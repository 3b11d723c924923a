/** What a function returns once it is neither undefined nor false. Rejects with what it returned last when time is up. */
export async function eventually<T>(what: string, look: () => Promise<T | undefined | false>, seconds = 20): Promise<T> {
  const end = Date.now() + seconds * 1000;
  for (;;) {
    const found = await look();
    if (found !== undefined && found !== false) {
      return found;
    }
    if (Date.now() > end) {
      throw new Error(`${what}: not within ${seconds} s`);
    }
    await new Promise(resolve => setTimeout(resolve, 50));
  }
}
