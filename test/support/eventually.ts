/** Real time passes in small steps until it is so; the database and the tasks need a little of it. */
export const eventually = async <A>(
  look: () => Promise<A>,
  holds: (seen: A) => boolean,
  patience = 1000
): Promise<A> => {
  for (let tries = 0; ; tries++) {
    const seen = await look()
    if (holds(seen) || tries === patience) return seen
    await new Promise((resolve) => setTimeout(resolve, 10))
  }
}
