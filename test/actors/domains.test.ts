/** Companies by the domains of addresses (CONTRACT 2.7). */
import { describe, expect, test } from "vitest"
import { companyDomain, domainSpellings, domainsOfKeys } from "../../actors/turn/domains.ts"
import { listedDomains } from "../../actors/turn/free-mail.ts"
import { parse } from "tldts"

describe("a domain is a company's at its registrable part", () => {
  test.each([
    ["mail.acme.co.uk", "acme.co.uk"],
    ["acme.co.uk", "acme.co.uk"],
    ["a.b.acme.example", "acme.example"],
    ["acme.github.io", "acme.github.io"],
    ["mail.acme.uk.com", "acme.uk.com"],
    ["m\u00fcnchen.de", "xn--mnchen-3ya.de"],
    ["MAIL.M\u00dcNCHEN.de", "xn--mnchen-3ya.de"],
    ["xn--mnchen-3ya.de", "xn--mnchen-3ya.de"],
    // A name that a free-mail family has too, under a suffix where it has none.
    ["live.agency", "live.agency"],
    ["outlook.consulting", "outlook.consulting"],
    ["aliveyahoo.com", "aliveyahoo.com"]
  ])("%s is %s", (domain, company) => expect(companyDomain(domain)).toBe(company))

  test.each([
    "co.uk",
    "com",
    "github.io",
    "localhost",
    "corp",
    "[192.168.0.1]",
    "192.168.0.1",
    "[IPv6:::1]",
    "",
    "a b.com",
    "acme..com"
  ])("%j is nobody's", (domain) => expect(companyDomain(domain)).toBeNull())
})

test.each([
  ..."gmail.com googlemail.com gmx.li gmx.de aol.de aol.com hotmail.nl hotmail.com.br live.nl live.com.mx o2.pl bluewin.ch".split(
    " "
  ),
  ..."yahoo.com.mx yahoo.co.jp yahoo.de outlook.es outlook.com.br msn.com web.de t-online.de orange.fr free.fr libero.it".split(
    " "
  ),
  ..."wp.pl seznam.cz mail.ru yandex.ru yandex.com.tr qq.com 163.com naver.com daum.net rediffmail.com uol.com.br".split(
    " "
  ),
  ..."telenet.be skynet.be ziggo.nl xs4all.nl btinternet.com comcast.net shaw.ca bigpond.com icloud.com me.com mac.com".split(
    " "
  ),
  ..."proton.me protonmail.ch tutanota.de fastmail.com hey.com zoho.eu mail.com eu.gmx.net mail.yahoo.co.uk".split(" ")
])("%s is free mail", (domain) => expect(companyDomain(domain)).toBeNull())

test("every listed domain can be met: it is registrable", () => {
  for (const domain of listedDomains) expect(parse(domain, { allowPrivateDomains: true }).domain).toBe(domain)
})

test("a person's domains are those of the addresses, each once", () => {
  const keys = ["email:jo@mail.acme.co.uk", "email:jo@acme.co.uk", "phone:+447700900123", "email:jo@gmx.li"]
  expect(domainsOfKeys(keys)).toEqual(["acme.co.uk"])
})

test("a domain of another alphabet has two spellings", () => {
  expect(domainSpellings("xn--mnchen-3ya.de")).toEqual(["xn--mnchen-3ya.de", "m\u00fcnchen.de"])
  expect(domainSpellings("acme.example")).toEqual(["acme.example"])
})
