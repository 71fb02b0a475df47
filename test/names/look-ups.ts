/**
 * The look-ups of the source that a name from outside could lead astray: `object[name]` and `name in object`, where the name
 * may be any text. `constructor` and `__proto__` are there in every plain object. Types decide, as the compiler sees them.
 */
import { relative } from "node:path"
import { API, TypeFlags } from "typescript/unstable/sync"
import type { Checker, Type } from "typescript/unstable/sync"
import { SyntaxKind } from "typescript/unstable/ast"
import type { Node, SourceFile } from "typescript/unstable/ast"
import {
  isBinaryExpression,
  isBindingElement,
  isComputedPropertyName,
  isDeleteExpression,
  isElementAccessExpression,
  isIdentifier
} from "typescript/unstable/ast/is"

export interface LookUp {
  /** Path from the root. */
  readonly file: string
  readonly line: number
  readonly text: string
}

/** Every look-up by any text in the files of these folders that the project's tsconfig.json includes. */
export const lookUps = (root: string, folders: ReadonlyArray<string>): ReadonlyArray<LookUp> => {
  const api = new API({ cwd: root })
  try {
    const project = api.updateSnapshot({ openProjects: [`${root}/tsconfig.json`] }).getProject(`${root}/tsconfig.json`)!
    const { program, checker } = project
    return program
      .getSourceFileNames()
      .map((name) => ({ name, file: relative(root, name) }))
      .filter(({ file }) => folders.some((folder) => file.startsWith(`${folder}/`)))
      .flatMap(({ name, file }) => {
        const source = program.getSourceFile(name)!
        return within(checker, source).map((node) => {
          const start = node.getStart(source)
          const line = source.text.slice(0, start).split("\n").length
          return { file, line, text: source.text.slice(start, node.end).replaceAll(/\s+/g, " ") }
        })
      })
  } finally {
    api.close()
  }
}

const within = (checker: Checker, source: SourceFile): ReadonlyArray<Node> => {
  const found: Array<Node> = []
  const visit = (node: Node): void => {
    const name = nameIn(node)
    const type = name && checker.getTypeAtLocation(name)
    if (type !== undefined && isAnyText(checker, type)) found.push(node)
    node.forEachChild(visit)
  }
  visit(source)
  return found
}

/** What the node looks up by, where it looks something up. */
const nameIn = (node: Node): Node | undefined => {
  // To delete takes an own member or none.
  if (isElementAccessExpression(node)) return isDeleteExpression(node.parent) ? undefined : node.argumentExpression
  if (isBinaryExpression(node) && node.operatorToken.kind === SyntaxKind.InKeyword) return node.left
  if (!isBindingElement(node) || node.propertyName === undefined || !isComputedPropertyName(node.propertyName))
    return undefined
  // `{ [name]: _, ...others }` takes the name out and looks at nothing.
  const bound = node.name
  return bound !== undefined && isIdentifier(bound) && bound.text === "_" ? undefined : node.propertyName.expression
}

const anyText =
  TypeFlags.String | TypeFlags.TemplateLiteral | TypeFlags.StringMapping | TypeFlags.Any | TypeFlags.Unknown
/** Names of a type that is still open (`keyof T`) are those that its caller wrote. */
const open = TypeFlags.Index | TypeFlags.Conditional

/** Whether any text can stand there: no literals, numbers or symbols alone. */
const isAnyText = (checker: Checker, type: Type): boolean =>
  (type.flags & open) === 0 &&
  parts(checker.getBaseConstraintOfType(type) ?? type).some(({ flags }) => (flags & anyText) !== 0)

const parts = (type: Type): ReadonlyArray<Type> =>
  type.isUnionType() || type.isIntersectionType() ? type.getTypes().flatMap(parts) : [type]
