/**
 * Where a message is filed, in the words of our thread: INBOX, SPAM, TRASH, ARCHIVE. Only the provider's own role of a folder and
 * the whole name of one of its own folders say so; a label of the user's says nothing, however it begins or ends.
 */
import { label } from "../text.ts"

type Place = "INBOX" | "SPAM" | "TRASH" | "ARCHIVE"

const names: Readonly<Record<Place, ReadonlyArray<string>>> = {
  INBOX: ["inbox"],
  SPAM: [
    "spam",
    "junk",
    "junk e-mail",
    "junk email",
    "junk mail",
    "bulk mail",
    "junk-e-mail",
    "spamverdacht",
    "courrier indésirable",
    "indésirables",
    "correo no deseado",
    "posta indesiderata",
    "lixo eletrônico",
    "ongewenste e-mail"
  ],
  TRASH: [
    "trash",
    "bin",
    "deleted",
    "deleted items",
    "deleted messages",
    "papierkorb",
    "gelöschte elemente",
    "gelöschte objekte",
    "corbeille",
    "éléments supprimés",
    "papelera",
    "elementos eliminados",
    "cestino",
    "posta eliminata",
    "lixeira",
    "itens excluídos",
    "prullenbak",
    "verwijderde items"
  ],
  ARCHIVE: ["archive", "archives", "archived", "archiv", "archivo", "archivio", "arquivo", "archief"]
}

const places: ReadonlyMap<string, Place> = new Map(
  (Object.keys(names) as Array<Place>).flatMap((place) => names[place].map((name) => [name, place] as const))
)

/** What Gmail and some IMAP servers put before the names of their own folders. */
const namespace = /^(\[(gmail|google mail)\]\/|inbox\.)/

const nameLength = 100
/** Folders of one chat whose names are kept; where it is filed, any of them may say (I8). */
const folderLimit = 64

const placeNamed = (value: unknown): Place | undefined => {
  const name = label(value, nameLength)?.normalize("NFC").toLowerCase()
  return name === undefined ? undefined : (places.get(name) ?? places.get(name.replace(namespace, "")))
}

/** What the folders are called, whole, in upper case, without what a provider puts before the names of its own. */
export const folderNames = (folders: unknown): ReadonlyArray<string> =>
  (Array.isArray(folders) ? folders : [folders]).flatMap((folder) => {
    const name = label(folder, nameLength)?.normalize("NFC").toLowerCase().replace(namespace, "")
    return name === undefined ? [] : [name.toUpperCase()]
  })

/** The places that the folders name. What is in the inbox is not filed away, whatever else it is labelled with. */
export const placesOf = (folders: unknown): ReadonlyArray<Place> => {
  const found = new Set((Array.isArray(folders) ? folders : [folders]).flatMap((folder) => placeNamed(folder) ?? []))
  return found.has("INBOX") ? ["INBOX"] : [...found]
}

/** The folders of a chat by name: our words for the provider's own, others in upper case. */
export const foldersOf = (folders: unknown): ReadonlyArray<string> => {
  const others = (Array.isArray(folders) ? folders.slice(0, folderLimit) : [folders]).flatMap((folder) => {
    const name = label(folder, nameLength)?.toUpperCase()
    return name === undefined || placeNamed(folder) !== undefined ? [] : [name]
  })
  return [...new Set([...placesOf(folders), ...others])]
}

/** The places of a mail: the provider also tells its folder's role, which goes before any name. */
export const placesWith = (role: unknown, folders: unknown): ReadonlyArray<Place> => {
  const own = roles.has(label(role, nameLength)?.toLowerCase() ?? "") ? placesOf(role) : []
  return own.length > 0 ? own : placesOf(folders)
}

const roles: ReadonlySet<string> = new Set(["inbox", "spam", "junk", "trash", "archive"])
