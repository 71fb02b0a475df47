/** Characters that are kept of what payloads show, whichever provider sent them (I8). */

/** Of a message's text; its metadata says how long a shortened one was. */
export const contentLength = 65_536
/** Of a subject or title (CONTRACT 2.4, 2.6). */
export const subjectLength = 500
/** Of a person's name. */
export const nameLength = 200
/** Of the address of a picture, file or page; a longer one of a picture is an inlined image, and not kept. */
export const addressLength = 2_048
/** Of a reaction: emoji are short, but a few networks allow words. */
export const reactionLength = 64
