/** Who populates what: every field of the contract, by the chapter that shows it. */
import type { Chapter } from "./chapter.ts"
import { analytics } from "./chapters/analytics.ts"
import { commands } from "./chapters/commands.ts"
import { configuration, failures } from "./chapters/endings.ts"
import { mail } from "./chapters/mail.ts"
import { messaging } from "./chapters/messaging.ts"
import { people } from "./chapters/people.ts"
import { tokens } from "./chapters/tokens.ts"

/** In the order in which they happen. */
const chapters: ReadonlyArray<Chapter> = [messaging, mail, tokens, commands, people, analytics, failures, configuration]

export const claims = chapters.flatMap((chapter) => chapter.claims)
export const scenarios = Object.assign({}, ...chapters.map((chapter) => chapter.scenarios)) as Chapter["scenarios"]
export const specimens = Object.assign({}, ...chapters.map((chapter) => chapter.specimens)) as Chapter["specimens"]
