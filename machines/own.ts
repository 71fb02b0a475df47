/**
 * Names from outside (ids, keys, e-mail addresses, members of a payload) are any text, and an object answers to texts that nobody
 * put there: `constructor`, `toString`, `__proto__`. So nothing is looked up by such a name but through `own`
 * (test/names/look-ups.test.ts sees to it), and nothing is put under one by assignment, which loses `__proto__`: a spread with a
 * computed name, Object.fromEntries, `put` and Map keep every name.
 */

/** What the object itself holds under that name; undefined for what it only inherits. */
export const own = <A>(object: Readonly<Record<string, A>>, name: string): A | undefined =>
  Object.hasOwn(object, name) ? object[name] : undefined

/** Puts a value under any name into an object that is the caller's own and still in the making. */
export const put = <A>(object: Record<string, A>, name: string, value: A): void => {
  if (name === "__proto__")
    Object.defineProperty(object, name, { value, writable: true, enumerable: true, configurable: true })
  else object[name] = value
}
