/** Who populates what: every field of the contract, by the chapter that shows it. */
import type { Chapter } from "./chapter.ts"
import { analytics } from "./chapters/analytics.ts"
import { commands } from "./chapters/commands.ts"
import { configuration, failures } from "./chapters/endings.ts"
import { mail } from "./chapters/mail.ts"
import { messaging } from "./chapters/messaging.ts"
import { people } from "./chapters/people.ts"
import { tokens } from "./chapters/tokens.ts"

/** Flip it when nothing is awaited any more: then a field whose command does not exist fails the suite. */
export const everythingIsClaimed = true

/** In the order in which they happen. */
const chapters: ReadonlyArray<Chapter> = [messaging, mail, tokens, commands, people, analytics, failures, configuration]
const ready = chapters.filter((chapter) => chapter.ready)

export const claims = ready.flatMap((chapter) => chapter.claims)
export const scenarios = Object.assign({}, ...ready.map((chapter) => chapter.scenarios)) as Chapter["scenarios"]
export const specimens = Object.assign({}, ...ready.map((chapter) => chapter.specimens)) as Chapter["specimens"]

/** Fields that nothing populates yet → the event, command or task that will. */
export const awaiting: Readonly<Record<string, string>> = Object.fromEntries(
  chapters
    .filter((chapter) => !chapter.ready)
    .flatMap((chapter) => chapter.claims.map(({ entity, field, by }) => [`${entity}.${field}`, by]))
)
