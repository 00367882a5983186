/** `work` took longer than it may. It goes on, and nobody listens to it any more. */
export class TookTooLong extends Error {
  override readonly name = 'TookTooLong';
}

/** Throws what `work` throws, or TookTooLong. */
export async function within<Result>(milliseconds: number, work: Promise<Result>): Promise<Result> {
  let timer: NodeJS.Timeout | undefined;
  const limit = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(
      () => reject(new TookTooLong(`It took longer than ${milliseconds} ms.`)),
      milliseconds,
    );
  });
  try {
    return await Promise.race([work, limit]);
  } finally {
    clearTimeout(timer);
    work.catch(() => undefined);
  }
}
