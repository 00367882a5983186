/** What `work` rejects with. Throws when it does not. */
export async function failureOf(work: Promise<unknown>): Promise<unknown> {
  let result: unknown;
  try {
    result = await work;
  } catch (error) {
    return error;
  }
  throw new Error(`This was expected to fail, but it gave ${JSON.stringify(result)}.`);
}
