/** Domains where everybody can have an address: sharing one says nothing about a company (CONTRACT 2.7). */

/** Providers that are at home under the suffixes of many countries: `gmx.li`, `yahoo.com.mx`, `hotmail.co.uk`. */
const families: ReadonlySet<string> = new Set([
  "aim",
  "aol",
  "gmail",
  "gmx",
  "googlemail",
  "hotmail",
  "inbox",
  "laposte",
  "live",
  "mailinator",
  "msn",
  "outlook",
  "posteo",
  "proton",
  "protonmail",
  "rocketmail",
  "tuta",
  "tutamail",
  "tutanota",
  "windowslive",
  "yahoo",
  "yandex",
  "ymail",
  "zohomail"
])
/** The suffixes that a family's members have: generic ones of the first hour, and countries', with or without a second level. */
const familySuffix = /^(?:com|net|org|me|(?:[a-z]{2,3}\.)?[a-z]{2})$/

/** The others, by country: webmail, and access providers that give their customers addresses. */
const listed: ReadonlySet<string> = new Set(
  `
  10minutemail.com duck.com email.com europe.com fastmail.com fastmail.fm guerrillamail.com hey.com hushmail.com icloud.com
  iname.com keemail.me mac.com mail.com mailbox.org me.com myyahoo.com netcourrier.com passport.com pm.me runbox.com
  startmail.com techemail.com tutanota.de usa.com zoho.com zoho.eu zoho.in
  arcor.de freenet.de kabelmail.de mail.de mailde.de netcologne.de online.de t-online.de unitybox.de vodafone.de vodafonemail.de web.de
  aon.at a1.net chello.at drei.at kabsi.at
  bluemail.ch bluewin.ch hispeed.ch sunrise.ch swissonline.ch
  9online.fr alice.fr aliceadsl.fr bbox.fr cegetel.net club-internet.fr free.fr neuf.fr noos.fr numericable.fr orange.fr sfr.fr wanadoo.fr
  belgacom.net proximus.be scarlet.be skynet.be telenet.be voo.be
  caiway.nl casema.nl chello.nl hetnet.nl home.nl kpnmail.nl kpnplanet.nl live.nl onsbrabantnet.nl planet.nl quicknet.nl
  solcon.nl tele2.nl telfort.nl upcmail.nl versatel.nl xs4all.nl zeelandnet.nl ziggo.nl
  alice.it aruba.it email.it fastwebnet.it inwind.it iol.it libero.it pec.it tim.it tin.it tiscali.it virgilio.it
  orange.es telefonica.net terra.es ono.com ya.com
  clix.pt iol.pt netcabo.pt sapo.pt telepac.pt
  btinternet.com blueyonder.co.uk btopenworld.com ntlworld.com o2.co.uk plus.com plusnet.com sky.com talk21.com talktalk.net
  tiscali.co.uk uwclub.net virgin.net virginmedia.com
  eircom.net iol.ie
  bredband.net comhem.se spray.se tele2.se telia.com
  c2i.net online.no
  jubii.dk mail.dk ofir.dk stofanet.dk tdcadsl.dk youmail.dk
  elisanet.fi kolumbus.fi luukku.com suomi24.fi
  buziaczek.pl gazeta.pl go2.pl interia.eu interia.pl int.pl o2.pl onet.eu onet.pl op.pl poczta.fm prokonto.pl
  tlen.pl vp.pl wp.pl
  atlas.cz centrum.cz email.cz post.cz seznam.cz tiscali.cz volny.cz
  azet.sk centrum.sk post.sk zoznam.sk
  citromail.hu freemail.hu indamail.hu t-online.hu vipmail.hu
  abv.bg dir.bg mail.bg
  forthnet.gr hol.gr otenet.gr
  net.hr siol.net email.si ptt.rs eunet.rs
  bk.ru inbox.lv inbox.lt internet.ru list.ru mail.ee mail.ru narod.ru ngs.ru rambler.ru xmail.ru ya.ru
  bigmir.net i.ua mail.ua meta.ua ukr.net
  mynet.com superonline.com turk.net
  012.net.il bezeqint.net netvision.net.il walla.co.il walla.com
  126.com 139.com 163.com 188.com 189.cn aliyun.com foxmail.com qq.com sina.cn sina.com sohu.com tom.com wo.cn yeah.net
  daum.net hanmail.net kakao.com nate.com naver.com
  docomo.ne.jp excite.co.jp ezweb.ne.jp infoseek.jp nifty.com softbank.jp softbank.ne.jp au.com
  hinet.net netvigator.com pchome.com.tw seed.net.tw singnet.com.sg
  indiatimes.com rediff.com rediffmail.com sify.com vsnl.com vsnl.net
  bigpond.com bigpond.net.au iinet.net.au on.net optusnet.com.au ozemail.com.au tpg.com.au westnet.com.au
  xtra.co.nz slingshot.co.nz
  absamail.co.za mweb.co.za telkomsa.net vodamail.co.za webmail.co.za
  adelphia.net alltel.net ameritech.net att.net bellsouth.net cableone.net centurylink.net centurytel.net charter.net comcast.net
  cox.net earthlink.net embarqmail.com excite.com frontier.com frontiernet.net juno.com lycos.com mindspring.com netscape.net
  netzero.net optimum.net optonline.net pacbell.net peoplepc.com prodigy.net roadrunner.com rr.com sbcglobal.net snet.net
  spectrum.net suddenlink.net swbell.net twc.com verizon.net windstream.net wowway.com
  bell.net cogeco.ca eastlink.ca rogers.com sasktel.net shaw.ca sympatico.ca telus.net videotron.ca
  bol.com.br globo.com globomail.com ig.com.br oi.com.br r7.com terra.com.br uol.com.br zipmail.com.br
  prodigy.net.mx terra.com.mx
  arnet.com.ar ciudad.com.ar fibertel.com.ar speedy.com.ar
  vtr.net une.net.co etb.net.co cantv.net
  `
    .trim()
    .split(/\s+/)
)

/** Whether a registrable domain is a free-mail provider's; `name` is the domain without its public suffix. */
export const isFreeMail = (domain: string, name: string, suffix: string): boolean =>
  listed.has(domain) || (families.has(name) && familySuffix.test(suffix))

/** For the tests: every one must be registrable, or it would never be met. */
export const listedDomains: Iterable<string> = listed
