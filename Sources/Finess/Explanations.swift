import Fields

extension FinessProblem.Kind {
    /// What happened to the file and what to do about it; one sentence in each language.
    func explanation(detail: String?) -> Text {
        switch self {
        case .empty, .headerOnly, .noFinessColumn, .utf16, .compressed, .webPage, .notFiness, .tooManyRows:
            Text(fr: "le fichier ne peut pas être importé", en: "the file cannot be imported")
        case .truncated, .columnCount, .finessForm, .lineTooLong, .unclosedQuote, .duplicate, .elementTooLarge,
            .jsonSyntax, .identicalDuplicate, .finessKey, .positionAlone, .lineType:
            rowExplanation
        case .lostZeros, .siretSpreadsheet, .phoneZero, .spreadsheetDate, .doubleEncoding, .mixedEncoding,
            .controlCharacters, .strayQuote:
            damageExplanation
        case .coordinatesForm, .coordinatesSwapped, .outsideFrance, .otherProjection:
            pointExplanation(detail: detail)
        default: valueExplanation
        }
    }

    private var rowExplanation: Text {
        switch self {
        case .truncated:
            Text(
                fr: "le fichier est coupé : téléchargez-le de nouveau ; rien n'est fermé d'après lui",
                en: "the file is cut: download it again; nothing is closed because of it")
        case .columnCount:
            Text(
                fr: "des lignes n'ont pas le bon nombre de colonnes et ne sont pas importées",
                en: "rows have the wrong number of columns and are not imported")
        case .finessForm:
            Text(
                fr: "des lignes n'ont pas de numéro FINESS de 9 caractères et ne sont pas importées",
                en: "rows have no FINESS number of 9 characters and are not imported")
        case .lineTooLong:
            Text(fr: "des lignes démesurées sont sautées", en: "oversized lines are skipped")
        case .unclosedQuote:
            Text(fr: "des guillemets ouverts ne sont jamais fermés", en: "quotes are opened and never closed")
        case .duplicate:
            Text(
                fr:
                    "des numéros sont donnés plusieurs fois avec des valeurs différentes : la première ligne est gardée",
                en: "numbers are given several times with different values: the first row is kept")
        case .identicalDuplicate:
            Text(fr: "des lignes sont répétées à l'identique", en: "rows are repeated identically")
        case .elementTooLarge:
            Text(
                fr: "des entités juridiques sont démesurées et sont sautées",
                en: "legal entities are oversized and are skipped")
        case .jsonSyntax: Text(fr: "le JSON du fichier est fautif", en: "the file's JSON is faulty")
        case .finessKey:
            Text(
                fr: "des numéros FINESS ont une clé fausse : vérifiez-les ; les lignes sont gardées",
                en: "FINESS numbers have a wrong key: check them; the rows are kept")
        case .lineType:
            Text(
                fr: "des lignes ne sont ni d'un établissement ni de coordonnées et ne sont pas importées",
                en: "lines are neither of an establishment nor of coordinates and are not imported")
        default:
            Text(
                fr: "des coordonnées sont données pour des établissements qui ne sont pas dans le fichier",
                en: "coordinates are given for establishments that are not in the file")
        }
    }

    private var damageExplanation: Text {
        switch self {
        case .siretSpreadsheet:
            Text(
                fr: "la colonne SIRET est passée par un tableur (2,601E+13) et ses chiffres sont perdus : "
                    + "téléchargez de nouveau l'original, ou importez-le dans le tableur avec les colonnes en texte",
                en: "the SIRET column went through a spreadsheet (2,601E+13) and its digits are lost: download the "
                    + "original again, or import it into the spreadsheet with columns as text")
        case .lostZeros:
            Text(
                fr: "un tableur a ôté des zéros au début de codes (1 pour 01) : ils sont remis",
                en: "a spreadsheet took leading zeros from codes (1 for 01): they are put back")
        case .phoneZero:
            Text(
                fr: "un tableur a ôté le zéro au début de numéros de téléphone : il est remis",
                en: "a spreadsheet took the leading zero from phone numbers: it is put back")
        case .spreadsheetDate:
            Text(
                fr: "des dates sont écrites JJ/MM/AAAA, comme par un tableur : elles sont comprises ainsi",
                en: "dates are written DD/MM/YYYY, as by a spreadsheet: they are understood so")
        case .doubleEncoding:
            Text(
                fr: "des accents ont été encodés deux fois (Ã© pour é) : ils sont rétablis ; "
                    + "téléchargez plutôt l'original",
                en: "accents were encoded twice (Ã© for é): they are put right; better download the original")
        case .mixedEncoding:
            Text(
                fr: "le fichier mêle UTF-8 et Windows-1252 : chaque texte est lu dans le sien",
                en: "the file mixes UTF-8 and Windows-1252: each text is read in its own")
        case .controlCharacters:
            Text(fr: "des caractères de contrôle sont ôtés", en: "control characters are removed")
        default:
            Text(
                fr: "des guillemets ne sont pas doublés comme ils devraient : ils sont gardés tels quels",
                en: "quotes are not doubled as they should be: they are kept as they stand")
        }
    }

    private func pointExplanation(detail: String?) -> Text {
        switch self {
        case .coordinatesForm:
            Text(fr: "des coordonnées ne sont pas lisibles", en: "coordinates cannot be read")
        case .coordinatesSwapped:
            Text(
                fr: "des coordonnées sont interverties (X et Y, latitude et longitude) : elles sont remises en ordre",
                en: "coordinates are swapped (X and Y, latitude and longitude): they are put in order")
        case .outsideFrance:
            Text(
                fr: "des points sont hors du territoire de leur établissement : ils ne sont pas gardés",
                en: "points are outside their establishment's territory: they are not kept")
        default:
            Text(
                fr: "la projection « \(detail ?? "") » n'est pas convertie : ces établissements restent sans point",
                en: "the projection '\(detail ?? "")' is not converted: these establishments stay without a point")
        }
    }

    private var valueExplanation: Text {
        switch self {
        case .siretKey:
            Text(
                fr: "des SIRET ont une clé fausse et ne sont pas gardés",
                en: "SIRETs have a wrong key and are not kept")
        case .siretIsSiren:
            Text(
                fr: "des SIREN (9 chiffres) sont à la place de SIRET (14 chiffres) et ne sont pas gardés",
                en: "SIRENs (9 digits) stand instead of SIRETs (14 digits) and are not kept")
        case .unknownColumns:
            Text(fr: "des colonnes ne sont pas connues et sont ignorées", en: "columns are unknown and ignored")
        case .repeatedColumn:
            Text(
                fr: "plusieurs colonnes disent la même chose : la première est lue",
                en: "several columns say the same thing: the first is read")
        case .nothingSelected:
            Text(
                fr: "aucun établissement du fichier n'est des catégories et départements demandés",
                en: "no establishment of the file is of the categories and départements asked for")
        case .textTooLong:
            Text(
                fr: "des textes ont plus de \(RowText.limit) caractères et sont coupés",
                en: "texts have over \(RowText.limit) characters and are cut")
        default:
            Text(
                fr: "des valeurs n'ont pas la forme attendue et ne sont pas gardées",
                en: "values do not have the form expected and are not kept")
        }
    }
}
