/**
 * A machine's states are the enum fields of the contract (DESIGN §3). A rule decides the field; the states follow it:
 * one state per value, each leaving for whichever value the field has now. It owns no rule.
 */

interface Follow<C, V extends string> {
  readonly guard: (args: { readonly context: C }) => boolean
  readonly target: V
}

/** State nodes, one for each value of a vocabulary, that follow a field of the context. */
export const statesFollowing = <C, const V extends string>(values: ReadonlyArray<V>, valueOf: (context: C) => V) => {
  const follow = (target: V): Follow<C, V> => ({ guard: ({ context }) => valueOf(context) === target, target })
  return Object.fromEntries(
    values.map((value) => [value, { always: values.filter((other) => other !== value).map(follow) }])
  ) as { readonly [K in V]: { always: Array<Follow<C, V>> } }
}
