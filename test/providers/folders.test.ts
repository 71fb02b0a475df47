/** Only the provider's own folders file a conversation: by their role or their whole name, never by a label of the user's. */
import { describe, expect, test } from "vitest"
import { foldersOf, placesOf, placesWith } from "../../src/providers/unipile/folders.ts"

describe("folders of a mail", () => {
  test.each([
    "Bing Ads",
    "Binders",
    "Archive 2025 clients",
    "Projects/Archive",
    "Projects.Trash",
    "Junk removal leads",
    "Deleted users",
    "INBOX/Spam reports",
    "Spam/",
    "Trash-talk",
    "[Gmail]/All Mail",
    "toString",
    "__proto__"
  ])("the label %j files nothing, beside the inbox or alone", (label) => {
    expect(placesWith("inbox", ["INBOX", label])).toEqual(["INBOX"])
    expect(placesWith("unknown", ["INBOX", label])).toEqual(["INBOX"])
    expect(placesOf([label])).toEqual([])
  })

  test.each([
    ["Spam", "SPAM"],
    ["JUNK", "SPAM"],
    [" Junk E-mail ", "SPAM"],
    ["[Gmail]/Spam", "SPAM"],
    ["INBOX.Junk", "SPAM"],
    ["Trash", "TRASH"],
    ["Deleted Items", "TRASH"],
    ["[Google Mail]/Bin", "TRASH"],
    ["Papierkorb", "TRASH"],
    ["Gelo\u0308schte Elemente", "TRASH"],
    ["Archive", "ARCHIVE"],
    ["Archiv", "ARCHIVE"],
    ["inbox", "INBOX"]
  ])("the folder %j is %s", (name, place) => expect(placesOf([name])).toEqual([place]))

  test("the role goes before any name", () => {
    expect(placesWith("spam", ["INBOX"])).toEqual(["SPAM"])
    expect(placesWith("inbox", ["Archive"])).toEqual(["INBOX"])
    expect(placesWith("trash", undefined)).toEqual(["TRASH"])
    expect(placesWith("sent", ["Archive"])).toEqual(["ARCHIVE"])
    expect(placesWith(null, ["INBOX", "Archive"])).toEqual(["INBOX"])
    expect(placesWith(7, [null, {}, 3])).toEqual([])
  })
})

test("folders of a chat keep their names, and ours stand for the provider's own", () => {
  expect(foldersOf(["INBOX", "INBOX_LINKEDIN_CLASSIC"])).toEqual(["INBOX", "INBOX_LINKEDIN_CLASSIC"])
  expect(foldersOf(["inbox", "Archive"])).toEqual(["INBOX"])
  expect(foldersOf("Archived")).toEqual(["ARCHIVE"])
  expect(foldersOf(["Archive 2025"])).toEqual(["ARCHIVE 2025"])
  expect(foldersOf(null)).toEqual([])
})
