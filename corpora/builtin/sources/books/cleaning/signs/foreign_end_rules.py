"""Patterns of boilerplate in languages other than English; they count only at the ends of a book."""

from __future__ import annotations

from corpora.builtin.sources.books.cleaning.signs.rules import rule

FOREIGN_END_RULES = (
    rule(
        "rights notice",
        "zastrze|права |diritti |rechten |rättigheter|ensamrätt|rettigheter|rettigheder|oikeudet |práva |jog "
        "|hakları |hakkı "
        "|επιφύλαξη|drepturile|bản quyền|hak cipta|الحقوق |حقوق |הזכויות |สงวนลิขสิทธิ์|सर्वाधिकार|所有|必究"
        "|無断|乱丁|著作権|무단|저작권",
        r"wszelkie prawa (?:są )?zastrzeżone|вс[еі] права (?:защищен|охраня|запазен)|ус[іи] права (?:захищен"
        r"|застереж)"
        r"|всички права запазени|tutti i diritti (?:sono )?riservati|alle rechten voorbehouden|rättigheter förbehåll"
        r"|med ensamrätt|rettighed?e?r (?:er )?forbehold|oikeudet pidätetään|práva (?:sú )?vyhra[zd]en\w"
        r"|minden jog fenntart|hak(?:ları|kı) (?:saklıdır|mahfuzdur)|με επιφύλαξη παντός"
        r"|drepturile (?:sunt )?rezervate"
        r"|giữ bản quyền|^\W*+bản quyền\b|hak cipta (?:dilindungi|©|\d)|الحقوق محفوظة|^\W*+حقوق (?:الطبع|النشر)"
        r"|הזכויות שמורות|สงวนลิขสิทธิ์|सर्वाधिकार (?:सुरक्षित|©)|[版權权]{2}所有|侵[权權]必究|翻印必究"
        r"|[权權][归歸].{0,12}所有"
        r"|無断(?:複写|複製|転載|転用|引用)|[落乱]丁.{0,12}(?:取り?替|交換)|著作権(?:法|者|は|を)"
        r"|무단 ?(?:전재|복제|배포|사용)|저작권(?:은|법|자)",
        120,
    ),
    rule(
        "rights notice",
        "część tej|część niniejsz|никакая часть|propriété intellectuelle|interdi|prohibid|proibida|vietata"
        "|niets uit|verveelvoudig"
        "|mångfaldig|kopiering|reprodus|αναδημοσίευ|απαγορεύ|çoğalt|reprodukov|vervielfält|nakladatel",
        r"żadna część (?:tej|niniejszej) (?:książki|publikacji|pracy)|никакая часть .{0,60}(?:книги|издания"
        r"|публикации)"
        r"|propriété intellectuelle\b.{0,120}\b(?:interdi|copies|reproduction)"
        r"|(?:queda|está|estrictamente) prohibid[ao]\b.{0,80}\b(?:reproduc|copia|distribu)"
        r"|proibida a (?:reprodução|cópia|distribuição)|vietata la (?:riproduzione|copia|diffusione)"
        r"|niets uit deze (?:uitgave|publicatie)|verveelvoudigd\b.{0,120}\btoestemming|får inte (?:kopieras"
        r"|mångfaldigas)"
        r"|απαγορεύεται η (?:\w+ )?(?:αναδημοσίευση|αναπαραγωγή)|(?:kopyalan|çoğaltıl)\w+\b.{0,60}\b(?:izin|yasak)"
        r"|vervielfältig\w+\b.{0,120}\b(?:verlag|genehmig|zustimm|verboten)|(?:bez|písemn)\w* souhlasu nakladatel",
        120,
    ),
    rule(
        "fiction notice",
        "fikcj|przypadkow|вымышлен|случайн|вигадан|fortuit|coincid|semejanza|parecido|semelhança|casual|toeval"
        "|tillfällig|náhodn|kurgu|tesadüf|hayal ürünü|フィクション|実在|纯属虚构|純屬虛構|如有雷同|허구|픽션",
        r"(?:podobieństwo|zbieżność)\b.{0,100}przypadkow|(?:postaci\w*|wydarzenia)\b.{0,60}\bfikcyjne"
        r"|\bfikcją literacką"
        r"|совпадени\w*\b.{0,60}(?:реальн|случайн)|(?:персонажи|события|герои)\b.{0,80}\bвымышлен"
        r"|(?:збіги|персонажі|події)\b.{0,80}вигадан|toute (?:ressemblance|similitude)\b.{0,120}\b(?:fortuite"
        r"|coïncidence|involontaire)"
        r"|(?:cualquier (?:semejanza|parecido)|qualquer semelhança)\b.{0,120}\b(?:coincid|casual)"
        r"|ogni riferiment\w\b.{0,120}\bcasual[ei]|(?:overeenkomst|gelijkenis|personages)\w*\b.{0,80}toeval"
        r"|likhet\w*\b.{0,80}tillfällig|podobnost\b.{0,80}(?:osob|skuteč)\w*.{0,40}náhodn"
        r"|(?:kişi|olay|karakter)\w*\b.{0,80}\b(?:hayal ürünü|kurgu\w*)|gerçek\b.{0,60}tesadüf"
        r"|(?:作品|物語|小説|この話)は?(?:全て|すべて)?フィクション|実在の.{0,24}(?:関係|関わり|無関係)"
        r"|[纯純][属屬][虚虛][构構]|如有雷同|(?:인물|사건|단체).{0,40}(?:허구|픽션|관련이 없)",
        100,
    ),
    rule(
        "credit",
        "redak|korek|okład|przekład|tłumacz|oryginał|wydawc|wydawnict|skład |łaman|druk|конверс|konwers"
        "|художник|редактор|корректор"
        "|верстк|вёрстк|перевод|обложк|оригинал|издательств|серия|оформлени|lektor|satz:|gestaltung|druck"
        "|verlag|original|couverture"
        "|correct|correc|relecture|mise en page|éditi|maquet|diseño|ilustra|edición|imprenta|editorial"
        "|copertina|editing|grafica|impaginazione"
        "|editore|omslag|redactie|vormgeving|uitgever|capa:|capa :|revisão|diagrama|editora|redaktör|förlag"
        "|tryck|översätt|obálk"
        "|překlad|vydal|kapak|editör|yayın|çeviri|baskı|εξώφυλλο|επιμέλεια|μετάφραση|εκδόσεις|biên tập|xuất bản|bìa"
        "|fordította|felelős kiadó|szerkesztő|tördelés|borító|kiadó|traduceri|coperta|editura|forside|kansi",
        r"^\W*+(?:(?:opracowanie|projekt|ilustracja|zdjęcie|grafika) (?:graficzne|okładki|na okładce)|okładka"
        r"|redak\w+|korekt\w+"
        r"|przekład|tłumacz\w+|tytuł oryginału|wydawca|wydawnictwo|skład\b.{0,30}|druk i oprawa|konwersja"
        r"|художник|редактор|корректор|ответственный \w+|в[её]рстка|перевод\w*|обложка|оригинальное название"
        r"|издательство|серия"
        r"|дизайн обложки|(?:компьютерная )?в[её]рстка|lektorat|korrektorat|satz|layout|verlagslabel|(?:cover"
        r"|umschlag"
        r"|buch)\w*gestaltung"
        r"|druck(?: und \w+)?|verlag|original(?:titel|ausgabe)|titre original|couverture|correct(?:ion|ions"
        r"|eur|rice)s?|relecture"
        r"|mise en page|éditions?|maquett?(?:e|ación)|diseño\b.{0,30}|ilustraci[óo]n\b.{0,30}|correcci[óo]n"
        r"|t[íi]tulo original"
        r"|editorial|imprenta|copertina|editing|correzione bozze|impaginazione|(?:progetto )?grafic[ao]"
        r"|titolo originale|editore"
        r"|omslag\w*|(?:eind)?redactie|vormgeving|oorspronkelijke titel|uitgever\w*|capa|revisão|diagramação"
        r"|editora|ilustração"
        r"|redaktör|förlag|tryck|originalets titel|översättning|obálka|překlad|odpovědn\w+ redak\w+"
        r"|jazyková korektura"
        r"|kapak(?: tasarımı)?|editör|yayın\w*|çeviri(?:en)?|baskı(?: ve cilt)?|εξώφυλλο|επιμέλεια|μετάφραση"
        r"|εκδόσεις|biên tập\w*"
        r"|nhà xuất bản|(?:thiết kế )?bìa|fordította|felelős|szerkesz|tördel|borító\w*|kiadó|traduceri?\w*"
        r"|coperta|editura|forside|kansi)"
        r"(?: [^\s:.]+){0,3} ?(?::|©) ?\S[^!?]{0,90}(?<![.!?…])$",
        15,
    ),
    rule(
        "credit",
        "著者|発行|編集|装丁|装幀|装画|印刷|製本|校正|入力|底本|訳者|作者|书名|書名|译者|譯者|出版|编辑|編輯"
        "|封面|版次|印次|定价|字数"
        "|지은이|펴낸|옮긴이|글쓴이|디자인|발행|등록번호|출판",
        r"^\W*+(?:著者|発行[者所日]?|編集(?:者|協力)?|装[丁幀画]|印刷(?:所)?|製本(?:所)?|校正|入力|底本|訳者"
        r"|(?:初出|初版)(?:発行)?"
        r"|书名|書名|作者|[译譯]者|出版(?:社|者|时间|時間|日期|单位|發行|发行)?|责任编辑|責任編輯"
        r"|封面[设設][计計]|版次|印次|定[价價]|字[数數]"
        r"|지은이|펴낸 ?[이곳날]|옮긴이|글쓴이|디자인|발행[인처일]?|등록번호|출판(?:사|등록)"
        r"|표지)(?:\s?[:：／/|·]\s?.{1,60}|\s\S{1,12}(?:\s\S{1,12}){0,2})(?<![.。!?！？])$"
        r"|(?:初版|第\d+版|第\d+刷|\d쇄)[^。]{0,12}(?:発行|発売|發行|发行|발행)",
        25,
    ),
    rule(
        "imprint",
        "auflage|édition|edición|edizione|edição|druk|upplag|oplag|painos|vydání|wydanie|kiadás|baskı|basım"
        "|издание|έκδοση|удк|ббк"
        "|печать|тираж|печ. л|nur |norderstedt|nationalbibliothek|papierze|sertifika|depósito|dépôt|printed"
        "|отпечатано",
        r"^\W*+(?:wydanie (?:[ivx]+|\d+|pierwsze|drugie|trzecie|elektroniczne)"
        r"|\d{1,2}(?:\.|ª|e|re|ère|ème|a|st|:a)? ?(?:auflage|édition|edición|edizione|edição|druk|upplaga"
        r"|oplag|painos|vydání"
        r"|wydanie|kiadás|baskı|basım|издание|έκδοση)"
        r"|(?:erste|zweite|dritte|première|deuxième|primera|segunda|tercera|prima|seconda|terza|primeira"
        r"|terceira|eerste|tweede"
        r"|derde|första|andra|birinci|ikinci|первое|второе|první|druhé|πρώτη|δεύτερη) (?:\w+ )?(?:auflage"
        r"|édition|edición|edizione|edição"
        r"|druk|upplagan?|baskı|basım|издание|vydání|έκδοση)|vydání (?:první|druhé|třetí|\d))\b[^!?]{0,60}$"
        r"|^\W*+(?:удк|ббк) ?[\d(]|подписано в печать|\bтираж:? \d|усл\. ?печ|отпечатано (?:в|с)\b"
        r"|^\W*+nur \d{3}\W*+$"
        r"|books on demand|deutsche nationalbibliothek|wydrukowano na papierze|sertifika no",
        40,
    ),
    rule(
        "imprint",
        "охраняется|информационн|нецензур|ооо «|художественное издание|тел.|россия|москва|редактор|корректор"
        "|художник|дизайн|верстк"
        "|соціальн|социальн|друку|переклад з|копіюв|åndsverk|copydan|satt med|er sat med|engedélye"
        "|acordo ortográfico|erhältlich|data mining"
        "|droit d|conception|éditeur|reservados|reproducción|conversión|editado por|電子|底本|縦書き|無断で"
        "|vorbehalten",
        r"охраняется (?:законо|авторск)|знак информационной продукции|нецензурн\w+ (?:брань|лексик)|^\W*+ооо «"
        r"|^\W*+литературно-художественное издание|^\W*+тел\.?:? ?[+(\d]|\d{6},? (?:россия|г?\.? ?москва)"
        r"|— (?:москва|м\.|спб\.?) ?: .{1,60}\d{4}"
        r"|^\W*+(?:\w+ )?(?:редактор|корректор|художник|в[её]рстка"
        r"|дизайн(?:ер)?)(?: \w+)? [а-яёіїє]\. ?(?:[а-яёіїє]\. ?)?[\w-]+$"
        r"|в соц[иі]альн\w+ (?:сетях|мережах)\W*$|підписано до друку|^\W*+переклад з \w+"
        r"|жодн\w+ .{0,30}видання\b.{0,60}копіюв"
        r"|åndsverkloven|\bcopydan\b|^\W*+(?:boken|bogen) er satt? med|engedélye nélkül tilos|acordo ortográfico"
        r"|^\W*+(?:\w+ ){0,4}auch als \S+ erhältlich|text und data mining|alle rechte\b.{0,100}vorbehalten"
        r"|protégée? par le droit d.auteur|^\W*+conception(?: graphique| et réalisation)? ?:|^\W*+numéro d.éditeur"
        r"|reservados todos los derechos|forma de reproducción, distribución|^\W*+conversión a\b|^\W*+editado por\b"
        r"|本(?:書|作品|電子書籍)は.{0,20}(?:電子書籍|底本|縦書き|レイアウト)|電子(?:版|書籍)?(?:発行|制作"
        r"|製作|化)|無断で(?:複製|転載|複写)",
        60,
    ),
    rule(
        "header",
        "tác giả|dịch giả|người dịch|thể loại|nguồn|titolo|autore|tradut|curatore|tratto da|titre|auteur"
        "|éditeur|titel|autor|título|tytuł|название|автор"
        "|жанр|издание"
        "|affidabilit|digitalizz|pubblicazione|codice isbn|diritti d|licenza",
        r"^\W*+(?:titolo|autore|traduttore|curatore|note|tratto da|codice isbn|diritti d.autore|licenza"
        r"|digitalizzazione"
        r"|revisione|pubblicazione|titre|tác giả|dịch giả|người dịch|thể loại|nguồn|auteure?|éditeur|titel"
        r"|autor|título|tytuł|название|автор|жанр"
        r"|издание)[^:.!?]{0,16}: "
        r".{1,120}(?<![!?…»”])$",
        30,
    ),
    rule("ISBN", "isbn", r"isbn(?:-1[03])?\W{0,4}[\dx-]{5}", 30),
    rule(
        "thanks and requests",
        "dziękuj|спасибо|дякую|danke|dank |bedankt|tack för|tak fordi|takk for|kiitos|děkuj|ďakuj|köszön"
        "|teşekkür|ευχαριστ|mulțum"
        "|cảm ơn|ありがとう|感谢|感謝|谢谢|감사|grazie|obrigad|gracias|merci",
        r"dziękuj\w+ (?:\w+ )?za (?:przeczytanie|lekturę|zakup|pobranie)|спасибо,? (?:\w+ )?(?:за прочтение"
        r"|за покупку|что (?:прочита|скача|чита))"
        r"|дякую\w* за прочитання|dank\w?\b.{0,20}(?:fürs lesen|dass (?:du|sie|ihr)\b.{0,60}gelesen"
        r"|für den (?:kauf|erwerb))"
        r"|(?:bedankt|dank u|dank je) (?:voor|dat).{0,30}(?:lezen|gelezen|boek)|tack för att du (?:läs|köp)"
        r"|tak fordi du (?:læst|har læst|købt)"
        r"|takk for at du (?:leste|har lest)|kiitos,? (?:kun|että) (?:luit|ostit)"
        r"|[dď][ěa]kuj\w+,? (?:že (?:jste|ste) (?:\w+ )?(?:\w+ )?(?:(?:pře|do)?četli|koupili|prečítali)"
        r"|za (?:přečtení"
        r"|zakoupení|prečítanie))"
        r"|köszön\w+,? hogy (?:el)?olvas|(?:oku|satın al)\w+ için (?:\w+ )?teşekkür"
        r"|ευχαριστ\w+ (?:πολύ )?που διαβάσατε|mulțum\w+ că (?:ați|ai) citit"
        r"|cảm ơn\b.{0,40}(?:đã|khi) đọc|読(?:み|んで)(?:いただ|頂|くだ|下さ).{0,16}(?:ありがとう|感謝)"
        r"|(?:感[谢謝]|谢谢)(?:您的?|大家的?)?(?:阅读|閱讀|购买|支持正版)"
        r"|읽어 ?주셔서.{0,6}감사|grazie (?:per|di) aver (?:letto|acquistato|scaricato)|obrigad[oa] por (?:ler"
        r"|comprar|baixar)"
        r"|gracias por (?:leer|comprar|descargar)\b.{0,40}\b(?:libro|novela|historia|obra)"
        r"|merci (?:d['’]avoir (?:lu|acheté|téléchargé)|pour votre lecture)",
        80,
    ),
    rule(
        "thanks and requests",
        "opini|recenzj|recension|recensie|recensione|avaliação|resenha|отзыв|recenz|yorum|レビュー|avis "
        "|anmeldelse|arvostelu",
        r"zostaw\w* (?:\w+ ){0,2}(?:opini|recenzj)|lämna (?:gärna )?(?:en |ett )?(?:recension|omdöme)"
        r"|laat (?:een )?recensie"
        r"|lasci\w* una recensione|deixe (?:\w+ ){0,2}(?:avaliação|resenha)|остав\w+ (?:свой )?отзыв"
        r"|(?:napište|zanechte) (?:\w+ )?recenz"
        r"|yorum (?:bırak|yap)\w+|レビュー(?:を|で).{0,12}(?:いただ|くだ|お願い)|laissez (?:\w+ )?(?:un )?avis"
        r"|skriv (?:gerne )?en anmeldelse",
        80,
    ),
    rule(
        "another library",
        "электронн|royallib|литрес|litres|флибуст|либрусек|lib.ru|приятного чтения|все книги автора"
        "|предоставлен|скачана|скачали"
        "|更多|仅供|僅供|小时内|小時內|电子书|電子書|整理|制作|製作|wolnelektury|wolne lektury|liberliber"
        "|liber liber|affidabilit"
        "|libres et gratuits|ebooksgratuits|électronique du québec|à tous les vents|wikisource|runeberg"
        "|adelaide|internet archive"
        "|archive.org|hathitrust|projekt gutenberg|mobileread|calibre|青空文庫|fanficfare|storylink|zeno.org"
        "|textgrid|gallica|wattpad"
        "|royal road|royalroad|webnovel|progetto manuzio|wolnych lektur|last-modified|spellcheck|spell check",
        r"электронн\w+ библиотек|royallib|литрес|litres\.ru|флибуст|либрусек|\blib\.ru|^\W*+приятного чтения"
        r"|^\W*+все книги автора"
        r"|(?:книга|текст) (?:\w+ )?(?:предоставлен|скачана)|更多.{0,16}(?:好书|好書|电子书|電子書|小说"
        r"|小說).{0,30}(?:请|請|尽在|登[录錄]|访问|下[载載])"
        r"|[仅僅]供.{0,6}(?:试[读]|試讀|交流|学习|學習|[阅閱][读讀])|(?:请|請|于"
        r"|於).{0,6}小[时時][内內].{0,4}[删刪]除|(?:本书|本書|本文)由.{1,24}(?:整理|制作|製作|提供|上传|校对)"
        r"|手机电子书|电子书下载|wolne ?lektury|liber ?liber|indice di affidabilit|ebooks libres et gratuits"
        r"|ebooksgratuits"
        r"|bibliothèque électronique du québec|collection à tous les vents|wikisource|runeberg\.org"
        r"|ebooks@adelaide|university of adelaide"
        r"|digitized by the internet archive|archive\.org/details|hathitrust|projekt gutenberg|mobileread"
        r"|^\W*+(?:created|made|converted) (?:with|by) calibre"
        r"|青空文庫|fanficfare|^\W*+storylink:|zeno\.org|textgrid|gallica\.bnf|progetto manuzio|wolnych lektur"
        r"|\blast-modified:|^\W*+(?:ocr|spell ?check)\b ?:|wattpad\.com|royalroad\.com|webnovel\.com",
        80,
    ),
)
"""The same for other languages: their notices, the labels of their imprints, and what their libraries add."""
