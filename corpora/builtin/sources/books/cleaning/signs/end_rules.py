"""Patterns of boilerplate that count only at the ends of a book."""

from __future__ import annotations

from corpora.builtin.sources.books.cleaning.signs.rules import GOOGLES_NOTE, rule

END_RULES = (
    rule(
        "rights notice",
        "moral right|right to be|not be |consent|permission|prohibid|riproduzione|reprodu"
        "|urheberrecht|tutti i diritti|todos os direitos",
        r"\bmoral rights?\b.{0,60}\bassert|\bright to be identified as the author\b"
        r"|^(?:(?:this|the) (?:\w+ ){0,2}(?:e-?book|book|publication|work|story|novel)|it|no part\b.{0,60})\b.{0,40}"
        r"\b(?:may|must|can) ?not be (?:\w+ )?(?:reproduced|copied|distributed|used|sold|shared)"
        r"|without (?:\w+,? ){0,4}(?:consent|permission)\b.{0,30}\b(?:publisher|author|copyright|owner|writing)"
        r"|^\W*+permission is (?:hereby )?granted\b|urheberrechtlich geschützt|droits de (?:traduction|reproduction)"
        r"|prohibida\b.{0,120}\b(?:reproducción|obra|publicación)"
        r"|(?:reproducción|riproduzione) (?:total|vietata|riservata)|tutti i diritti|todos os direitos",
        120,
    ),
    rule(
        "rights notice",
        "reproduction|unauthori|subject to the condition|asserted|commercial",
        r"\b(?:re)?production\b.{0,80}\b(?:is|are|est|strictly) (?:\w+ )?(?:prohibited|forbidden|interdite)"
        r"|\bby way of trade\b"
        r"|\bunauthori[sz]ed (?:\w+ ){0,2}(?:use|copying|reproduction|distribution)\b|sold subject to the condition"
        r"|\bauthors? ha(?:s|ve) asserted\b|^\W*+toute reproduction\b"
        r"|\b(?:copied|reproduced|distributed)\b.{0,60}\bnon-?commercial",
        120,
    ),
    rule(
        "imprint",
        "imprint of|trademark|trade mark|impreso en|imprimé en|stampato in|gedruckt in|impresso ",
        r"\bis an imprint of\b|\b(?:registered|used) trade ?marks?\b|\btrade ?marked (?:status|products)\b"
        r"|^\W*+(?:impreso en|imprimé en|stampato in|gedruckt in|impresso (?:em|no))\b",
        60,
    ),
    rule(
        "fiction notice",
        "ficci|ficç|fiction|fantasia|imagina|coincid|zufällig|frei erfunden",
        r"\b(?:œuvre de fiction|obra de ficci[oó]n|obra de ficção|opera di fantasia|produit de l['’]imagination"
        r"|producto de la imaginación|mera coincidência|pura coincidencia|puramente casual[ei]|rein zufällig"
        r"|frei erfunden)\b",
        100,
    ),
    rule(
        "library catalogue",
        "catalog|library of congress|british library|national library|légal|legal:|p. cm|p.cm",
        r"\bcip (?:catalogu?e|data|record)|catalogu(?:e|ing)[- ](?:in[- ]publication|record)"
        r"|library of congress (?:c|control)|^\W*+dépôt légal|^\W*+depósito legal|\bp\. ?cm\b",
        60,
    ),
    rule(
        "licence note",
        "creative commons|creativecommons",
        r"licen[sc]ed under (?:a|the)\b.{0,40}creative commons|^\W*+creative commons|creativecommons\.org",
        80,
    ),
    rule(
        "fiction notice",
        "fictitious|fictional|imaginary|of fiction|of pure fiction",
        r"^\W*+(?:this(?: \w+)?|the following) (?:is|are) (?:a )?(?:purely )?works? of (?:pure )?fiction\W*+$"
        r"|^\W*+(?:all )?(?:the )?(?:names|characters|persons|people|places|incidents|events)\b.{0,120}"
        r"\b(?:is|are) (?:\w+ ){0,2}(?:fictitious|fictional|imaginary)",
        100,
    ),
    rule(
        "credit",
        "typeset|lektorat|umschlag|couverture|cubierta|portada|copertina|scanned |proofed |typed "
        "|omslag|manufactured in|edition |design by|design:|editing:|formatting:",
        r"^\W*+(?:typeset (?:by|in)\b|lektorat\b|umschlag(?:gestaltung|foto|bild)|(?:photo"
        r"|illustration) de couverture"
        r"|(?:diseño|ilustración|imagen) de (?:la )?(?:cubierta|portada)|(?:scanned|proofed|typed) (?:and \w+ )?by\b"
        r""
        r"|omslag(?:ontwerp|foto)?\b|(?:(?:interior|book|e-?book) design|editing|formatting)(?: by\b|:)"
        r"|manufactured in\b|this (?:\w+ )?edition (?:first )?published\b)",
        30,
    ),
    rule(
        GOOGLES_NOTE,
        "google|public domain|copyright to expire|usage guidelines|non-commercial use|marginalia|automated quer"
        "|keep it legal",
        r"scanned by google|^(?:this is a digital copy of a book|ceci est une copie num[ée]rique d['’]un ouvrage"
        r"|dies ist ein digitales exemplar eines buches|esta es una copia digital de un libro"
        r"|questa è la copia digitale)"
        r"|\bsurvived long enough for the copyright to expire\b|\bpublic domain books (?:belong to|are our)\b"
        r"|^\W*+usage guidelines\W*+$|\bgoogle(?:['’]s mission is| is proud to partner| book search\b"
        r"|[^\w]recherche de livres)"
        r"|\bmake non-?commercial use of the files\b|\bmarks, notations and other marginalia\b"
        r"|\brefrain from automated quer"
        r"|^\W*+keep it legal\b|\bcopyright infringement liability can be\b|\bbooks\s*\.\s*google\s*\.\s*com",
    ),
    rule(
        "credit",
        "traduit |traducción |traducido |tradotto |traduzione |aus dem |übersetzt |vertaald |tradução |traduzido "
        "|translated |перевод ",
        r"^\W*+(?:traduit (?:de |du |d['’]|par )|traducción (?:de|del)\b|traducido (?:de|del|por)\b|tradotto (?:da"
        r"|dal\w*)\b"
        r"|traduzione (?:di|dal\w*|a cura)\b|aus dem \w+(?:en|ischen)? (?:übersetzt )?von\b|übersetzt von\b"
        r"|vertaald (?:door|uit)\b"
        r"|tradução de\b|traduzido (?:do|por)\b|translated (?:from the|by)\b|перевод (?:с"
        r"|со)\b)[^!?]{0,80}(?<![.!?])$",
        15,
    ),
    rule(
        "credit",
        "published by|independently published|cover:|map by|maps by|asin|rendered into|last updated",
        r"^\W*+(?:published by\b.{0,40}\b(?:services|amazon|kdp|createspace|draft2digital|lulu)\b"
        r"|independently published\b"
        r"|cover ?: ?\S|maps? by \S|asin\b\W*b0|rendered into html by\b|last updated \w+day\b)[^!?]{0,80}$",
        15,
    ),
    rule(
        "rights notice",
        "public domain|copyright law",
        r"\b(?:is|are) in the \W?public domain\W? in\b|\bcopyright laws? (?:varies|vary|differs?) in\b",
        120,
    ),
    rule(
        "thanks and requests",
        "sign up for|join my|join the",
        r"^\W*+(?:sign up for|join (?:my|the)) .{0,60}\b(?:club|list|free|readers?)\b.{0,80}\b(?:free|releases"
        r"|\w+\.com)\b",
        60,
    ),
    rule("version", "version|v1|v2|v3|v0", r"^\W*+(?:version|v\.?) ?\d{1,2}\.\d{1,2}\b(?!%)", 25),
    rule(
        "content notice",
        "adult|mature|explicit|over 18|18 years|content warning|trigger warning",
        r"^\W*+(?:warning|content warning|note)\b.{0,80}\b(?:adult|mature|explicit|graphic)"
        r"\b.{0,20}\b(?:content|language|themes?|material|situations?|scenes?|readers?|audiences?|sex\w*|violence)\b"
        r"|^\W*+(?:content|trigger) warnings?:? .{0,40}\b(?:book|novel|story|contains?)\b"
        r"|intended for (?:\w+ )?(?:adults?|mature|readers over)|\bnot suitable for (?:readers|anyone) under\b",
        60,
    ),
    rule(
        "thanks and requests",
        "for reading|review|rezension|bewertung|dear reader|lieber leser|liebe leser|cher lecteur",
        r"^\W*+(?:thank you|thanks)(?: so much| very much)? for (?:reading|buying|downloading)\b"
        r"(?! (?:it|to|that|me|him|her|them|us)\b)"
        r"|\breviews? (?:help|helps|are|is|mean|means|make)\b.{0,80}\b(?:readers?|authors?|books?|writers?)\b"
        r"|\b(?:consider|appreciate|leave|write|writing|post)\b.{0,30}\bhonest reviews?\b"
        r"|(?:rezension|bewertung)\b.{0,60}\b(?:freuen|amazon|hinterlassen)|^\W*+dear readers?\W*+$"
        r"|^\W*+(?:lieber?|cher) (?:leser|lecteur)\w*\W*+$",
        150,
    ),
    rule(
        "thanks and requests",
        "story continues|pre-order|preorder|you'll love|you’ll love|you might|you may also|did you |free book"
        "|free copy"
        "|merci d|gracias por|grazie per|obrigad|vielen dank|commentaire|reseña|read more",
        r"^\W*+(?:the|\w+['’]s) (?:story|adventure|saga|series) continues in\b|^\W*+pre-?order\b|^\W*+read more at\b"
        r"|^\W*+if you (?:enjoyed|liked|loved)\b.{1,60}\byou(?:['’]ll| will| might| may)(?: also)? "
        r"(?:love|like|enjoy)\b"
        r"|^\W*+did you (?:love|like|enjoy)\b.{1,60}\?.{0,60}\b(?:read|review|books?)\b|^\W*+get (?:a|your) free\b"
        r"|^\W*+(?:merci d['’]avoir lu|gracias por leer|grazie per aver letto|obrigad[oa] por ler"
        r"|vielen dank,? dass sie)"
        r"|\blaisser un (?:commentaire|avis)\b|\bdeja(?:r|d)? una reseña",
        80,
    ),
    rule(
        "other books",
        "same author|available from|also available|about |a note from|from the author",
        r"^\W*+(?:from|by) the same author\W*+$|^\W*+also available (?:from|as|in)\b"
        r"|^\W*+about [\w’'& ]{2,40} (?:press|books|publishing|publishers|house|editions|verlag)\W*+$"
        r"|^\W*+a (?:note|word|message) from the (?:author|publisher)\W*+$",
        20,
    ),
)
"""Patterns that count only at the ends of a book, where they are common; elsewhere they can be part of the story."""
