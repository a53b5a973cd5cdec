/* Looks photos up in the files beside it, in the browser: docs/lookup-format.md of flickr-auditor.
 *
 * A classic script and no module: browsers refuse to load modules into a page that was opened as a file. It stores
 * nothing, and asks nobody but the host of the page: for files that are named by a range of prefixes.
 */
"use strict";
(() => {
  const DOMAIN = "flickr-auditor lookup 1";
  const MOST_WHOLE = 64e6, MOST_UNPACKED = 2 ** 28, MOST_NUMBERS = 2 ** 22, PATIENCE = 120_000;
  const LEAST = { nsid: 100, alias: 100, photo_id: 1000 };
  const LEAST_WIDTH = { nsid: 2 ** 15, alias: 2 ** 15, photo_id: 2 ** 8 };
  const SHOWN = 100;
  const COLUMNS = ["dataset", "source", "via", "license", "flags", "photo", "row", "text", "key"];
  const ORIGINAL = 1, NO_PHOTO = 2, SAME_PHOTO = 4, JOINED = 8;
  const ABOUT = ["faces", "bodies", "movement", "geolocation", "general"];
  const $ = (id) => document.getElementById(id);

  // -- words ----------------------------------------------------------------------------------------------------

  const WORDS = {
    en: {
      name: "English", title: "Are my Flickr photos in a dataset?", language: "Language",
      intro: "Type who you are on Flickr, or the links of your photos. Your browser fetches a file that holds the records of at least a hundred accounts, if the host knows as many, and looks in it for yours. The host does not learn which of them you are.",
      label: "Your NSID, your profile, or links of photos", hint: "One per line: 12345678@N00, https://www.flickr.com/people/…, https://www.flickr.com/photos/…/…, or the number of a photo.",
      look: "Look up", export: "Or choose the files of your Flickr data export, and your original pictures if you have them (you can also drop them here). They stay in your browser.",
      nsidHow: "How do I find my NSID?", nsidText: "It is the number with @N in it that Flickr gave your account, and the only name by which most datasets know you: user names and display names are no keys, because others can have the same. Open your photostream on flickr.com, show the source of the page (Ctrl+U) and search for \"nsid\". It is also in account_profile.json of your data export.",
      working: "Looking …", none: "Write something to look for, or choose your data export.",
      unreadable: "These lines could not be read: {0}", two: "The lines name more than one person. Look them up one after the other.", mixed: "Look up a person or photos, not both at once: together they would tell the host who you are.",
      found: "Photos of yours that were found: {0} · datasets: {1}", foundPhoto: "Photos that were found: {0} · datasets: {1}", nothing: "Nothing was found. Datasets checked: {0}",
      unchecked: "Nothing could be checked: no dataset of this host can be searched by what you gave.",
      nameless: "· records without a photo id: {0}",
      proves: "That proves nothing about datasets that are not included here.", leftOut: "Left out at their own request: {0} (people or photos).",
      aliasOnly: "Looked up by alias only. Most datasets know accounts by NSID only, so look that up too, at another time. Both at once would tell the host who you are.",
      ownerOnly: "For some photos this host does not know the owner. Choose your data export to look for those too.",
      notLooked: "Not checked, because they identify photos by other keys: {0}. Choose your data export with your original pictures, or use flickr-auditor.",
      few: "This look-up is too small to hide you well. Its host learns that you looked up one of {0} accounts, or one that it does not know.",
      fewPhotos: "This look-up is too small to hide you well. Its host learns that you looked up one of {0} photos, or one that it does not know.",
      uncompared: "Your files were not compared by their content: all checksums that this host knows would have to be fetched ({0} MB). flickr-auditor can compare them with a local index.", files: "· files that match by their content: {0}",
      records: "{0} records", collected: "collected as {0}", by: "by way of {0}", original: "links to the original file",
      more: "Show {0} more", of: "{0}, {1}", csv: "Download as CSV", list: "Download the links as a list for flickr-auditor",
      thumbs: "Show thumbnails (Flickr will see that you view them)",
      sent: "This is all that was sent", sentText: "These files were fetched from the host of this page. It sees their names, your network address and the time, as of every page that you open.",
      unknown: "Datasets that this host does not know ({0})", nobody: "Datasets that nobody can check, because they published nothing that leads back to a photo ({0})",
      next: "What you can do now", nextText: "Protect your photos: tag them no_cv, change their licence or make them private. Then ask the publishers to remove them, with a link to every photo. The free program flickr-auditor does both, in bulk and with a preview:",
      faces: "faces", bodies: "people", movement: "movement", geolocation: "places", general: "general",
      foot: "This look-up of {0} contains what its host put into it. This page stores nothing, sets no cookies and loads nothing from anyone else.", root: "Root: {0}",
      fromFolder: "Nothing was sent: the files were read from the folder that you chose.",
      folder: "This page was opened as a file, and browsers do not let it read the files beside it. Choose the folder it is in:",
      failed: "Your photos could not be looked up, so nothing is known yet: {0}", missing: "the file {0} is missing or cannot be read", wrong: "the file {0} is damaged, or not the one that it should be. Load the page again",
      version: "this look-up is in a version that the page does not read", pinned: "this is not the look-up whose root is in the address", narrow: "this look-up offers a range with so few accounts that asking for it would tell the host who you are. Nothing was asked",
      unasked: "Not checked: photos whose owner this host does not know. All of their records would have to be fetched ({0} MB). flickr-auditor can check them with a local index.",
      tooLarge: "for more than one photo everything would have to be fetched ({0} MB), because several prefixes together would tell the host who you are. Look up your NSID, or a single photo",
    },
    de: {
      name: "Deutsch", title: "Sind meine Flickr-Fotos in einem Datensatz?", language: "Sprache",
      intro: "Geben Sie an, wer Sie auf Flickr sind, oder die Links Ihrer Fotos. Ihr Browser holt eine Datei mit den Einträgen von mindestens hundert Konten, falls der Anbieter so viele kennt, und sucht darin nach Ihren. Der Anbieter erfährt nicht, welches davon Ihres ist.",
      label: "Ihre NSID, Ihr Profil oder Links von Fotos", hint: "Je Zeile eins: 12345678@N00, https://www.flickr.com/people/…, https://www.flickr.com/photos/…/… oder die Nummer eines Fotos.",
      look: "Suchen", export: "Oder wählen Sie die Dateien Ihres Flickr-Datenexports und, falls vorhanden, Ihre Originalbilder (Sie können sie auch hierher ziehen). Sie bleiben in Ihrem Browser.",
      nsidHow: "Wie finde ich meine NSID?", nsidText: "Das ist die Nummer mit @N, die Flickr Ihrem Konto gegeben hat, und der einzige Name, unter dem die meisten Datensätze Sie kennen: Benutzer- und Anzeigenamen sind keine Schlüssel, denn andere können dieselben haben. Öffnen Sie Ihren Fotostream auf flickr.com, zeigen Sie den Quelltext der Seite an (Strg+U) und suchen Sie nach \"nsid\". Sie steht auch in account_profile.json Ihres Datenexports.",
      working: "Suche läuft …", none: "Geben Sie etwas ein oder wählen Sie Ihren Datenexport.",
      unreadable: "Diese Zeilen waren nicht zu lesen: {0}", two: "Die Zeilen nennen mehr als eine Person. Suchen Sie eine nach der anderen.", mixed: "Suchen Sie nach einer Person oder nach Fotos, nicht nach beidem zugleich: Zusammen würde es dem Anbieter verraten, wer Sie sind.",
      found: "Gefundene Fotos von Ihnen: {0} · Datensätze: {1}", foundPhoto: "Gefundene Fotos: {0} · Datensätze: {1}", nothing: "Nichts gefunden. Geprüfte Datensätze: {0}",
      unchecked: "Nichts konnte geprüft werden: Kein Datensatz dieses Anbieters lässt sich nach Ihren Angaben durchsuchen.",
      nameless: "· Einträge ohne Fotonummer: {0}",
      proves: "Über Datensätze, die hier nicht enthalten sind, sagt das nichts aus.", leftOut: "Auf eigenen Wunsch nicht enthalten: {0} (Personen oder Fotos).",
      aliasOnly: "Nur nach dem Alias gesucht. Die meisten Datensätze kennen Konten nur unter der NSID: Suchen Sie auch diese, aber ein andermal. Beide zusammen verrieten dem Anbieter, wer Sie sind.",
      ownerOnly: "Von manchen Fotos kennt dieser Anbieter den Urheber nicht. Mit Ihrem Datenexport finden Sie auch diese.",
      notLooked: "Nicht geprüft, weil sie Fotos anders bezeichnen: {0}. Wählen Sie Ihren Datenexport mit den Originalbildern, oder nutzen Sie flickr-auditor.",
      few: "Dieses Verzeichnis ist zu klein, um Sie gut zu verbergen. Der Anbieter erfährt, dass Sie nach einem von {0} Konten gesucht haben oder nach einem, das er nicht kennt.",
      fewPhotos: "Dieses Verzeichnis ist zu klein, um Sie gut zu verbergen. Der Anbieter erfährt, dass Sie nach einem von {0} Fotos gesucht haben oder nach einem, das er nicht kennt.",
      uncompared: "Ihre Dateien wurden nicht nach ihrem Inhalt verglichen: Alle Prüfsummen, die dieser Anbieter kennt, müssten geholt werden ({0} MB). flickr-auditor kann sie mit einem lokalen Index vergleichen.", files: "· Dateien mit gleichem Inhalt: {0}",
      records: "{0} Einträge", collected: "gesammelt als {0}", by: "bekannt durch {0}", original: "führt zur Originaldatei",
      more: "{0} weitere zeigen", of: "{0}, {1}", csv: "Als CSV herunterladen", list: "Die Links als Liste für flickr-auditor herunterladen",
      thumbs: "Vorschaubilder zeigen (Flickr sieht dann, dass Sie sie ansehen)",
      sent: "Mehr wurde nicht gesendet", sentText: "Diese Dateien wurden vom Anbieter dieser Seite geholt. Er sieht ihre Namen, Ihre Netzwerkadresse und die Uhrzeit, wie bei jeder Seite, die Sie öffnen.",
      unknown: "Datensätze, die dieser Anbieter nicht kennt ({0})", nobody: "Datensätze, die niemand prüfen kann, weil sie nichts veröffentlicht haben, was zu einem Foto zurückführt ({0})",
      next: "Was Sie jetzt tun können", nextText: "Schützen Sie Ihre Fotos: Versehen Sie sie mit dem Tag no_cv, ändern Sie die Lizenz oder machen Sie sie privat. Bitten Sie dann die Herausgeber, sie zu entfernen, mit dem Link jedes Fotos. Das freie Programm flickr-auditor erledigt beides für viele Fotos auf einmal und mit Vorschau:",
      faces: "Gesichter", bodies: "Personen", movement: "Bewegung", geolocation: "Orte", general: "Allgemeines",
      foot: "Das Verzeichnis vom {0} enthält, was sein Anbieter angibt. Diese Seite speichert nichts, setzt kein Cookie und lädt nichts von anderen.", root: "Prüfsumme (Root): {0}",
      fromFolder: "Es wurde nichts gesendet: Die Dateien wurden aus dem gewählten Ordner gelesen.",
      folder: "Diese Seite wurde als Datei geöffnet, und Browser lassen sie die Dateien daneben nicht lesen. Wählen Sie den Ordner, in dem sie liegt:",
      failed: "Die Suche war nicht möglich, also ist nichts bekannt: {0}", missing: "die Datei {0} fehlt oder ist nicht zu lesen", wrong: "die Datei {0} ist beschädigt oder nicht die richtige. Laden Sie die Seite neu",
      version: "dieses Verzeichnis hat eine Version, die die Seite nicht liest", pinned: "dies ist nicht das Verzeichnis, dessen Prüfsumme in der Adresse steht", narrow: "dieses Verzeichnis bietet einen Bereich mit so wenigen Konten an, dass die Anfrage verriete, wer Sie sind. Es wurde nicht gefragt",
      unasked: "Nicht geprüft: Fotos, deren Urheber dieser Anbieter nicht kennt. Alle ihre Einträge müssten geholt werden ({0} MB). flickr-auditor kann sie mit einem lokalen Index prüfen.",
      tooLarge: "für mehr als ein Foto müsste alles geholt werden ({0} MB), denn mehrere Präfixe zusammen verrieten dem Anbieter, wer Sie sind. Suchen Sie nach Ihrer NSID oder nach einem einzelnen Foto",
    },
    fr: {
      name: "Français", title: "Mes photos Flickr sont-elles dans un jeu de données ?", language: "Langue",
      intro: "Indiquez qui vous êtes sur Flickr, ou les liens de vos photos. Votre navigateur récupère un fichier contenant les entrées d’au moins cent comptes, si l’hébergeur en connaît autant, et y cherche les vôtres. L’hébergeur n’apprend pas lequel est le vôtre.",
      label: "Votre NSID, votre profil ou des liens de photos", hint: "Un par ligne : 12345678@N00, https://www.flickr.com/people/…, https://www.flickr.com/photos/…/… ou le numéro d’une photo.",
      look: "Rechercher", export: "Ou choisissez les fichiers de votre export de données Flickr et, si vous les avez, vos images originales (vous pouvez aussi les déposer ici). Ils restent dans votre navigateur.",
      nsidHow: "Comment trouver mon NSID ?", nsidText: "C’est le numéro contenant @N que Flickr a donné à votre compte, et le seul nom sous lequel la plupart des jeux de données vous connaissent : les noms d’utilisateur et d’affichage ne sont pas des clés, car d’autres peuvent porter les mêmes. Ouvrez votre galerie sur flickr.com, affichez la source de la page (Ctrl+U) et cherchez \"nsid\". Il figure aussi dans account_profile.json de votre export.",
      working: "Recherche en cours …", none: "Saisissez quelque chose ou choisissez votre export de données.",
      unreadable: "Ces lignes n’ont pas pu être lues : {0}", two: "Les lignes désignent plusieurs personnes. Cherchez-les l’une après l’autre.", mixed: "Cherchez une personne ou des photos, pas les deux à la fois : ensemble, elles révéleraient à l’hébergeur qui vous êtes.",
      found: "Photos de vous trouvées : {0} · jeux de données : {1}", foundPhoto: "Photos trouvées : {0} · jeux de données : {1}", nothing: "Rien n’a été trouvé. Jeux de données vérifiés : {0}",
      unchecked: "Rien n’a pu être vérifié : aucun jeu de données de cet hébergeur ne peut être interrogé avec ce que vous avez donné.",
      nameless: "· entrées sans numéro de photo : {0}",
      proves: "Cela ne prouve rien pour les jeux de données qui ne sont pas inclus ici.", leftOut: "Exclues à leur propre demande : {0} (personnes ou photos).",
      aliasOnly: "Recherche par alias uniquement. La plupart des jeux de données ne connaissent que le NSID : cherchez-le aussi, à un autre moment. Les deux à la fois révéleraient à l’hébergeur qui vous êtes.",
      ownerOnly: "Pour certaines photos, cet hébergeur ne connaît pas l’auteur. Choisissez votre export de données pour les chercher aussi.",
      notLooked: "Non vérifiés, car ils désignent les photos par d’autres clés : {0}. Choisissez votre export de données avec vos images originales, ou utilisez flickr-auditor.",
      few: "Cet index est trop petit pour bien vous cacher. L’hébergeur apprend que vous avez cherché l’un de {0} comptes, ou un compte qu’il ne connaît pas.",
      fewPhotos: "Cet index est trop petit pour bien vous cacher. L’hébergeur apprend que vous avez cherché l’une de {0} photos, ou une photo qu’il ne connaît pas.",
      uncompared: "Vos fichiers n’ont pas été comparés par leur contenu : il faudrait récupérer toutes les sommes de contrôle que connaît cet hébergeur ({0} Mo). flickr-auditor peut les comparer à un index local.", files: "· fichiers au contenu identique : {0}",
      records: "{0} entrées", collected: "collectée sous {0}", by: "connu grâce à {0}", original: "mène au fichier original",
      more: "Afficher {0} de plus", of: "{0}, {1}", csv: "Télécharger en CSV", list: "Télécharger les liens sous forme de liste pour flickr-auditor",
      thumbs: "Afficher les vignettes (Flickr verra que vous les regardez)",
      sent: "Voici tout ce qui a été envoyé", sentText: "Ces fichiers ont été demandés à l’hébergeur de cette page. Il voit leurs noms, votre adresse réseau et l’heure, comme pour toute page que vous ouvrez.",
      unknown: "Jeux de données que cet hébergeur ne connaît pas ({0})", nobody: "Jeux de données que personne ne peut vérifier, car ils n’ont rien publié qui ramène à une photo ({0})",
      next: "Que faire maintenant", nextText: "Protégez vos photos : ajoutez le tag no_cv, changez leur licence ou rendez-les privées. Demandez ensuite aux éditeurs de les retirer, avec le lien de chacune. Le programme libre flickr-auditor fait les deux, par lots et avec un aperçu :",
      faces: "visages", bodies: "personnes", movement: "mouvement", geolocation: "lieux", general: "général",
      foot: "L’index du {0} contient ce que son hébergeur affirme. Cette page ne conserve rien, ne dépose aucun cookie et ne charge rien d’ailleurs.", root: "Empreinte (root) : {0}",
      fromFolder: "Rien n’a été envoyé : les fichiers ont été lus dans le dossier que vous avez choisi.",
      folder: "Cette page a été ouverte comme fichier, et les navigateurs ne la laissent pas lire les fichiers voisins. Choisissez le dossier où elle se trouve :",
      failed: "La recherche n’a pas pu se faire, on ne sait donc rien : {0}", missing: "le fichier {0} manque ou est illisible", wrong: "le fichier {0} est endommagé ou n’est pas le bon. Rechargez la page",
      version: "cet index est dans une version que la page ne lit pas", pinned: "ce n’est pas l’index dont l’empreinte figure dans l’adresse", narrow: "cet index propose une plage contenant si peu de comptes que la demande révélerait à l’hébergeur qui vous êtes. Rien n’a été demandé",
      unasked: "Non vérifié : les photos dont cet hébergeur ne connaît pas l’auteur. Il faudrait récupérer toutes leurs entrées ({0} Mo). flickr-auditor peut les vérifier avec un index local.",
      tooLarge: "pour plus d’une photo, il faudrait tout récupérer ({0} Mo), car quelques préfixes ensemble révéleraient à l’hébergeur qui vous êtes. Cherchez votre NSID, ou une photo à la fois",
    },
    es: {
      name: "Español", title: "¿Están mis fotos de Flickr en un conjunto de datos?", language: "Idioma",
      intro: "Indique quién es usted en Flickr, o los enlaces de sus fotos. Su navegador descarga un archivo con los registros de al menos cien cuentas, si el proveedor conoce tantas, y busca en él los suyos. El proveedor no sabe cuál de ellas es la suya.",
      label: "Su NSID, su perfil o enlaces de fotos", hint: "Uno por línea: 12345678@N00, https://www.flickr.com/people/…, https://www.flickr.com/photos/…/… o el número de una foto.",
      look: "Buscar", export: "O elija los archivos de su exportación de datos de Flickr y, si las tiene, sus imágenes originales (también puede soltarlos aquí). No salen de su navegador.",
      nsidHow: "¿Cómo encuentro mi NSID?", nsidText: "Es el número con @N que Flickr dio a su cuenta, y el único nombre por el que la mayoría de los conjuntos de datos le conocen: los nombres de usuario y los nombres visibles no son claves, porque otros pueden tener los mismos. Abra su galería en flickr.com, muestre el código fuente de la página (Ctrl+U) y busque \"nsid\". También está en account_profile.json de su exportación.",
      working: "Buscando …", none: "Escriba algo o elija su exportación de datos.",
      unreadable: "Estas líneas no se pudieron leer: {0}", two: "Las líneas nombran a más de una persona. Búsquelas una tras otra.", mixed: "Busque una persona o fotos, no las dos cosas a la vez: juntas revelarían al proveedor quién es usted.",
      found: "Fotos suyas encontradas: {0} · conjuntos de datos: {1}", foundPhoto: "Fotos encontradas: {0} · conjuntos de datos: {1}", nothing: "No se encontró nada. Conjuntos de datos comprobados: {0}",
      unchecked: "No se pudo comprobar nada: ningún conjunto de este proveedor se puede consultar con lo que usted dio.",
      nameless: "· registros sin número de foto: {0}",
      proves: "Eso no demuestra nada sobre los conjuntos de datos que no están incluidos aquí.", leftOut: "Excluidas a petición propia: {0} (personas o fotos).",
      aliasOnly: "Se buscó solo por el alias. La mayoría de los conjuntos de datos conocen solo el NSID: búsquelo también, en otro momento. Los dos a la vez revelarían al proveedor quién es usted.",
      ownerOnly: "De algunas fotos este proveedor no conoce al autor. Elija su exportación de datos para buscarlas también.",
      notLooked: "No comprobados, porque identifican las fotos con otras claves: {0}. Elija su exportación de datos con sus imágenes originales, o use flickr-auditor.",
      few: "Este índice es demasiado pequeño para ocultarle bien. El proveedor sabe que usted buscó una de {0} cuentas, o una que no conoce.",
      fewPhotos: "Este índice es demasiado pequeño para ocultarle bien. El proveedor sabe que usted buscó una de {0} fotos, o una que no conoce.",
      uncompared: "Sus archivos no se compararon por su contenido: habría que descargar todas las sumas de comprobación que conoce este proveedor ({0} MB). flickr-auditor puede compararlos con un índice local.", files: "· archivos con el mismo contenido: {0}",
      records: "{0} registros", collected: "recogida como {0}", by: "conocido por {0}", original: "enlaza con el archivo original",
      more: "Mostrar {0} más", of: "{0}, {1}", csv: "Descargar como CSV", list: "Descargar los enlaces como lista para flickr-auditor",
      thumbs: "Mostrar miniaturas (Flickr verá que las mira)",
      sent: "Esto es todo lo que se envió", sentText: "Estos archivos se pidieron al proveedor de esta página. Él ve sus nombres, su dirección de red y la hora, como de cualquier página que usted abre.",
      unknown: "Conjuntos de datos que este proveedor no conoce ({0})", nobody: "Conjuntos de datos que nadie puede comprobar, porque no publicaron nada que lleve de vuelta a una foto ({0})",
      next: "Qué hacer ahora", nextText: "Proteja sus fotos: etiquételas con no_cv, cambie su licencia o hágalas privadas. Después pida a los editores que las retiren, con el enlace de cada una. El programa libre flickr-auditor hace ambas cosas, en bloque y con vista previa:",
      faces: "caras", bodies: "personas", movement: "movimiento", geolocation: "lugares", general: "general",
      foot: "El índice del {0} contiene lo que afirma su proveedor. Esta página no guarda nada, no usa cookies y no carga nada de terceros.", root: "Huella (root): {0}",
      fromFolder: "No se envió nada: los archivos se leyeron de la carpeta que usted eligió.",
      folder: "Esta página se abrió como archivo, y los navegadores no le dejan leer los archivos de al lado. Elija la carpeta en la que está:",
      failed: "No se pudo buscar, así que no se sabe nada: {0}", missing: "el archivo {0} falta o no se puede leer", wrong: "el archivo {0} está dañado o no es el que debería. Vuelva a cargar la página",
      version: "este índice tiene una versión que la página no lee", pinned: "este no es el índice cuya huella está en la dirección", narrow: "este índice ofrece un intervalo con tan pocas cuentas que la consulta revelaría al proveedor quién es usted. No se consultó nada",
      unasked: "No comprobado: fotos cuyo autor este proveedor no conoce. Habría que descargar todos sus registros ({0} MB). flickr-auditor puede comprobarlas con un índice local.",
      tooLarge: "para más de una foto habría que descargarlo todo ({0} MB), porque unos pocos prefijos juntos revelarían al proveedor quién es usted. Busque su NSID, o una foto cada vez",
    },
  };
  let language = (navigator.languages || []).map((tag) => tag.slice(0, 2)).find((tag) => tag in WORDS) || "en";
  const say = (key, ...values) => WORDS[language][key].replace(/\{(\d)\}/g, (_, n) => values[n]);
  const number = (value) => value.toLocaleString(language);

  class Failure extends Error {
    constructor(key, ...values) { super(key); this.key = key; this.values = values; }
  }

  // -- SHA-256: crypto.subtle is missing on plain http, and so in many a local network -------------------------------

  const K = new Uint32Array(64), START = new Uint32Array(8);
  for (let n = 2, found = 0; found < 64; n++) {
    let prime = true;
    for (let d = 2; d * d <= n; d++) prime = prime && n % d > 0;
    if (!prime) continue;
    const part = (root) => Math.floor((root - Math.floor(root)) * 4294967296);
    if (found < 8) START[found] = part(Math.sqrt(n));
    K[found++] = part(Math.cbrt(n));
  }

  function sha256(bytes) {
    const length = (bytes.length + 72) >> 6 << 6;
    const padded = new Uint8Array(length);
    padded.set(bytes);
    padded[bytes.length] = 128;
    const view = new DataView(padded.buffer);
    view.setUint32(length - 8, Math.floor(bytes.length / 536870912));
    view.setUint32(length - 4, bytes.length << 3);
    const state = START.slice(), w = new Uint32Array(64);
    const turn = (value, by) => (value >>> by) | (value << (32 - by));
    for (let at = 0; at < length; at += 64) {
      for (let i = 0; i < 16; i++) w[i] = view.getUint32(at + i * 4);
      for (let i = 16; i < 64; i++) {
        const a = w[i - 15], b = w[i - 2];
        w[i] = w[i - 16] + (turn(a, 7) ^ turn(a, 18) ^ (a >>> 3)) + w[i - 7] + (turn(b, 17) ^ turn(b, 19) ^ (b >>> 10));
      }
      let [a, b, c, d, e, f, g, h] = state;
      for (let i = 0; i < 64; i++) {
        const one = (h + (turn(e, 6) ^ turn(e, 11) ^ turn(e, 25)) + ((e & f) ^ (~e & g)) + K[i] + w[i]) | 0;
        const two = ((turn(a, 2) ^ turn(a, 13) ^ turn(a, 22)) + ((a & b) ^ (a & c) ^ (b & c))) | 0;
        h = g; g = f; f = e; e = (d + one) | 0; d = c; c = b; b = a; a = (one + two) | 0;
      }
      [a, b, c, d, e, f, g, h].forEach((value, i) => { state[i] += value; });
    }
    return state;
  }

  // -- MD5: of originals, and YFCC100M published its photos by that of an old download address -----------------------

  const TURNS = [7, 12, 17, 22, 5, 9, 14, 20, 4, 11, 16, 23, 6, 10, 15, 21];
  const SINES = Int32Array.from({ length: 64 }, (_, n) => Math.floor(Math.abs(Math.sin(n + 1)) * 2 ** 32));

  class MD5 {
    constructor() {
      this.state = Int32Array.of(0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476);
      this.rest = new Uint8Array(0);
      this.length = 0;
    }

    add(bytes) {
      this.length += bytes.length;
      const all = this.rest.length ? new Uint8Array(this.rest.length + bytes.length) : bytes;
      if (this.rest.length) {
        all.set(this.rest);
        all.set(bytes, this.rest.length);
      }
      const view = new DataView(all.buffer, all.byteOffset, all.length), end = all.length - all.length % 64;
      for (let at = 0; at < end; at += 64) this.block(view, at);
      this.rest = all.slice(end);
      return this;
    }

    block(view, at) {
      let a = this.state[0], b = this.state[1], c = this.state[2], d = this.state[3];
      for (let i = 0; i < 64; i++) {
        let mixed, n;
        if (i < 16) { mixed = (b & c) | (~b & d); n = i; }
        else if (i < 32) { mixed = (d & b) | (~d & c); n = 5 * i + 1; }
        else if (i < 48) { mixed = b ^ c ^ d; n = 3 * i + 5; }
        else { mixed = c ^ (b | ~d); n = 7 * i; }
        const sum = (a + mixed + view.getInt32(at + 4 * (n & 15), true) + SINES[i]) | 0, by = TURNS[4 * (i >> 4) + (i & 3)];
        a = d; d = c; c = b; b = (b + ((sum << by) | (sum >>> (32 - by)))) | 0;
      }
      this.state[0] += a; this.state[1] += b; this.state[2] += c; this.state[3] += d;
    }

    /** The 16 bytes. */
    end() {
      const length = this.length, last = new DataView(new ArrayBuffer((length % 64 < 56 ? 64 : 128) - length % 64));
      last.setUint8(0, 128);
      last.setUint32(last.byteLength - 8, length * 8 % 2 ** 32, true);
      last.setUint32(last.byteLength - 4, Math.floor(length / 2 ** 29), true);
      this.add(new Uint8Array(last.buffer));
      return Array.from(new Uint8Array(this.state.buffer));
    }
  }

  /** As YFCC100M writes it: each byte in hex without a zero before it. */
  const yfccHash = (address) => new MD5().add(new TextEncoder().encode(address)).end().map((byte) => byte.toString(16)).join("");

  async function md5Of(stream) {
    const sum = new MD5(), reader = stream.getReader();
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return sum.end().map((byte) => byte.toString(16).padStart(2, "0")).join("");
      sum.add(value);
    }
  }

  const hex = (state) => Array.from(state, (word) => word.toString(16).padStart(8, "0")).join("");
  const text = (bytes) => new TextDecoder().decode(bytes);

  // -- files: of the host, or of a folder that was chosen ------------------------------------------------------------

  const sent = [];
  let folder = null;
  const kept = new Map();

  /** All bytes of a stream, if they are not too many: a hostile file must not fill the memory. */
  async function whole(stream, most) {
    const parts = [], reader = stream.getReader();
    for (let size = 0; ;) {
      const { done, value } = await reader.read();
      if (done) return new Uint8Array(await new Blob(parts).arrayBuffer());
      size += value.length;
      if (size > most) {
        await reader.cancel();
        throw new RangeError("too long");
      }
      parts.push(value);
    }
  }

  async function read(name, most) {
    let stream;
    try {
      if (folder) stream = folder.get(name).stream();
      else {
        sent.push(name);
        const answer = await fetch(name, { credentials: "omit", referrerPolicy: "no-referrer", redirect: "error", signal: AbortSignal.timeout(PATIENCE), cache: name === "lookup.json" ? "no-store" : "default" });
        if (answer.status !== 200) throw new Error(answer.status);
        stream = answer.body;
      }
      return await whole(stream, most);
    } catch (error) {
      throw new Failure(error instanceof RangeError ? "wrong" : "missing", name);
    }
  }

  /** A file whose SHA-256 is known; each is fetched once. */
  async function file(name, wanted, most) {
    if (!kept.has(wanted)) {
      const content = await read(name, most);
      if (hex(sha256(content)) !== wanted) throw new Failure("wrong", name);
      kept.set(wanted, content);
    }
    return kept.get(wanted);
  }

  // -- what a look-up says of itself, trusting nothing ---------------------------------------------------------------

  const isCount = (value) => Number.isSafeInteger(value) && value >= 0;
  const isHash = (value) => /^[0-9a-f]{64}$/.test(value);
  /** Text on one line, without what hides or reorders it. */
  const plain = (value) => String(value ?? "").replace(/[\p{Cc}\p{Cf}\p{Cs}\u2028\u2029]+/gu, " ").trim().slice(0, 1000);
  function must(fact) { if (!fact) throw new TypeError("not as it should be"); }

  async function described() {
    const content = await read("lookup.json", 1e5);
    const root = hex(sha256(content)), pin = location.hash.slice(1).toLowerCase().replace(/^sha256[-=:]/, "");
    if (pin && pin !== root) throw new Failure("pinned");
    try {
      const told = JSON.parse(text(content));
      must(told.format === "flickr-auditor-lookup");
      if (told.schema_version !== 1) throw new Failure("version");
      must(isHash(told.about) && isCount(told.left_out) && !Number.isNaN(Date.parse(told.generated_at)));
      for (const section of Object.values(told.sections)) must(isHash(section.tree) && isCount(section.pages) && isCount(section.page_bytes));
      return { told, root };
    } catch (error) {
      throw error instanceof Failure ? error : new Failure("wrong", "lookup.json");
    }
  }

  function set(told) {
    must(isCount(told.number) && /^[a-z0-9][a-z0-9-]{0,63}$/.test(told.dataset));
    must(told.match_keys.every((key) => typeof key === "string"));
    return { ...known(told), number: told.number, match_keys: told.match_keys, named: told.named, sources: told.sources.map((source) => ({ name: plain(source.name) })) };
  }

  /** A dataset by its title: nobody's words get further than this unread. */
  function known(told) {
    return {
      dataset: plain(told.dataset), title: plain(told.title), year: isCount(told.year) ? told.year : null, publisher: plain(told.publisher),
      about: ABOUT.includes(told.about) ? told.about : "general", huge: Boolean(told.huge), checkable: Boolean(told.checkable),
    };
  }

  const NEEDED = { owner: ["nsid", "alias"], photo_id: ["photo_id"], url_hash: ["url_hash"], content_md5: ["content_md5"] };

  async function opened({ told, root }) {
    const name = `about-${told.about.slice(0, 16)}.json`, content = await file(name, told.about, 16e6);
    try {
      const about = JSON.parse(text(content)), datasets = about.datasets.map(set);
      const sets = new Map(datasets.map((one) => [one.number, one]));
      must(sets.size === datasets.length);
      for (const one of datasets) for (const key of one.match_keys) must(!NEEDED[key] || NEEDED[key].some((section) => told.sections[section]));
      return { told, root, sets, about: { datasets, unknown: about.unknown.map(known), licenses: about.licenses || {} } };
    } catch {
      throw new Failure("wrong", name);
    }
  }

  // -- from a prefix to a bucket -------------------------------------------------------------------------------------

  function table(bytes) {
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length), ranges = [];
    for (let at = 0; at < bytes.length;) {
      const range = { start: view.getUint32(at), pages: [] }, pages = view.getUint16(at + 4);
      at += 6;
      must(pages && at + 32 * pages <= bytes.length && (!ranges.length || ranges.at(-1).start < range.start));
      for (let n = 0; n < pages; n++, at += 32) {
        range.pages.push(Array.from(bytes.subarray(at, at + 32), (byte) => byte.toString(16).padStart(2, "0")).join(""));
      }
      ranges.push(range);
    }
    must(ranges.length);
    return ranges;
  }
  const start = (range) => range.start.toString(16).padStart(8, "0");

  /** The range that a prefix falls in, and where it ends. */
  function covering(ranges, prefix, end = 2 ** 32) {
    const at = ranges.findLastIndex((range) => range.start <= prefix);
    must(at >= 0);
    return [ranges[at], at + 1 < ranges.length ? ranges[at + 1].start : end];
  }

  async function tableOf(name, wanted) {
    const content = await file(name, wanted, 16e6);
    try { return table(content); } catch { throw new Failure("wrong", name); }
  }
  const groups = (look, name) => tableOf(`${name}/tree-${look.told.sections[name].tree.slice(0, 16)}.bin`, look.told.sections[name].tree);
  const group = (name, range) => tableOf(`${name}/group-${start(range)}-${range.pages[0].slice(0, 16)}.bin`, range.pages[0]);

  async function bucket(look, name, range) {
    const pages = [], size = look.told.sections[name].page_bytes, named = `${name}/${start(range)}`;
    if (range.pages.length * size > MOST_WHOLE) throw new Failure("wrong", named);
    for (const [n, page] of range.pages.entries()) {
      pages.push(await file(`${named}-${n}-${page.slice(0, 16)}.bin`, page, size));
    }
    try {
      const content = new Uint8Array(await new Blob(pages).arrayBuffer());
      const length = new DataView(content.buffer).getUint32(0);
      must(content.length === pages.length * size && length <= content.length - 4);
      const stream = new Blob([content.subarray(4, 4 + length)]).stream().pipeThrough(new DecompressionStream("deflate-raw"));
      return unpacked(await whole(stream, MOST_UNPACKED));
    } catch {
      throw new Failure("wrong", named);
    }
  }

  function unpacked(bytes) {
    const view = new DataView(bytes.buffer);
    let at = 8;
    const keys = view.getUint32(0), records = view.getUint32(4);
    must(keys <= MOST_NUMBERS && records <= MOST_NUMBERS);
    const planes = (count) => {
      const width = bytes[at++];
      must(width <= 8 && at + width * count <= bytes.length);
      const numbers = width > 6 ? new Array(count).fill(0n) : new Float64Array(count);
      for (let plane = 0; plane < width; plane++) {
        for (let n = 0; n < count; n++) {
          if (width > 6) numbers[n] += BigInt(bytes[at++]) << BigInt(8 * plane);
          else numbers[n] += bytes[at++] * 2 ** (8 * plane);
        }
      }
      return numbers;
    };
    const sum = (numbers) => numbers.reduce((total, size) => total + Number(size), 0);
    const found = { counts: planes(keys) };
    for (const name of COLUMNS) found[name] = planes(records);
    found.places = at;
    found.firsts = at + keys * 8;
    found.texts = at + keys * 16;
    found.keys = found.texts + sum(found.text);
    must(found.keys + sum(found.key) === bytes.length && sum(found.counts) === records);
    for (let n = 1; n < keys; n++) must(view.getBigUint64(found.places + n * 8) > view.getBigUint64(found.places + n * 8 - 8));
    return { ...found, number: keys, view, bytes };
  }

  /** What a key is called in the files: where it stands, and what hides its first photo id. */
  function digest(kind, key) {
    const words = sha256(new TextEncoder().encode(`${DOMAIN}\n${kind}\n${key}`));
    return { high: words[0], low: words[1], mask: (BigInt(words[2]) << 32n) | BigInt(words[3]) };
  }

  function entries(look, one, key) {
    let at = 0, record = 0;
    for (; at < one.number; at++) {
      const high = one.view.getUint32(one.places + at * 8), low = one.view.getUint32(one.places + at * 8 + 4);
      if (high === key.high && low === key.low) break;
      record += Number(one.counts[at]);
    }
    if (at === one.number) return [];
    let photo = one.view.getBigUint64(one.firsts + at * 8) ^ key.mask;
    const sum = (name, base) => base + one[name].slice(0, record).reduce((total, size) => total + Number(size), 0);
    let texts = sum("text", one.texts), keys = sum("key", one.keys);
    const found = [];
    for (const end = record + Number(one.counts[at]); record < end; record++) {
      photo += BigInt(one.photo[record]);
      const flags = one.flags[record], row = one.row[record], nameless = flags & (NO_PHOTO | SAME_PHOTO);
      if (!look.sets.has(one.dataset[record]) || !(nameless || (photo > 0n && photo < 2n ** 63n))) throw new Failure("wrong", "…");
      const place = plain(text(one.bytes.subarray(texts, texts += Number(one.text[record]))));
      found.push({
        dataset: one.dataset[record], source: one.source[record], via: one.via[record] - 1, license: one.license[record] - 1,
        original: Boolean(flags & ORIGINAL), joined: Boolean(flags & JOINED), row: Number(row),
        photo: nameless ? null : photo.toString(), place: place || `line ${row}`, key: plain(text(one.bytes.subarray(keys, keys += Number(one.key[record])))),
      });
    }
    return found;
  }

  // -- questions: by one prefix, or for everything; never by several, which together would name an account ------------

  async function byPrefix(look, kind, value) {
    if (!look.told.sections[kind]) return [];
    const key = digest(kind, value);
    let range, end;
    try {
      [range, end] = covering(await groups(look, kind), key.high);
      [range, end] = covering(await group(kind, range), key.high, end);
    } catch (error) {
      throw error instanceof Failure ? error : new Failure("wrong", kind);
    }
    // So few are in it that asking for it would tell who asks.
    if (end - range.start < LEAST_WIDTH[kind]) throw new Failure("narrow");
    const found = await bucket(look, kind, range);
    if (found.number < LEAST[kind]) look.few = () => say(kind === "photo_id" ? "fewPhotos" : "few", number(found.number));
    return entries(look, found, key).map((entry) => ({ value, ...entry }));
  }

  const sizeOf = (look, name) => { const section = look.told.sections[name]; return section ? section.pages * section.page_bytes : 0; };

  async function byAll(look, name, kind, values) {
    if (!look.told.sections[name]) return [];
    if (sizeOf(look, name) > MOST_WHOLE) throw new Failure("tooLarge", Math.round(sizeOf(look, name) / 1e6));
    const ranges = [], buckets = new Map(), found = [];
    for (const one of await groups(look, name)) {
      ranges.push(...await group(name, one));
      if (ranges.reduce((sum, range) => sum + range.pages.length, 0) > look.told.sections[name].pages) throw new Failure("wrong", name);
    }
    for (const range of ranges) buckets.set(range, await bucket(look, name, range));
    for (const value of values) {
      const key = digest(kind, value);
      let range;
      try { [range] = covering(ranges, key.high); } catch { throw new Failure("wrong", name); }
      found.push(...entries(look, buckets.get(range), key).map((entry) => ({ value, ...entry })));
    }
    return found;
  }

  /** What is fetched whole, if it is not too large for that: `unasked` says so to whoever tells the answer. */
  async function unowned(look, kind, values) {
    if (sizeOf(look, "unowned") > MOST_WHOLE) {
      look.unasked = true;
      return [];
    }
    return byAll(look, "unowned", kind, values);
  }

  /** By a weaker key the same records are met again. */
  function withNew(hits, more) {
    const seen = new Set(hits.map((hit) => `${hit.dataset} ${hit.photo}`));
    return [...hits, ...more.filter((hit) => !hit.photo || !seen.has(`${hit.dataset} ${hit.photo}`))];
  }

  /** What has the content of one's own files: of a photo by the file's name, or by the record; else of the file. */
  async function byContent(look, question, hits) {
    if (!look.told.sections.content_md5) return [];
    if (sizeOf(look, "content_md5") > MOST_WHOLE) {
      look.uncompared = true;
      return [];
    }
    const files = new Map(), seen = new Set(hits.map((hit) => `${hit.dataset} ${hit.photo}`)), found = [];
    for (const [n, one] of question.files.entries()) {
      $("status").textContent = `${say("working")} ${number(n + 1)} / ${number(question.files.length)}`;
      try {
        one.md5 ??= await md5Of(await one.open());
        files.set(one.md5, [...(files.get(one.md5) || []), one]);
      } catch { question.unreadable.push(one.name); }
    }
    const matched = Map.groupBy(await byAll(look, "content_md5", "content_md5", files.keys()), (hit) => `${hit.dataset} ${hit.value}`);
    for (const group of matched.values()) {
      const { dataset, value } = group[0], told = group.map((hit) => hit.photo).filter(Boolean);
      for (const one of files.get(value)) {
        const photo = [...idsInName(one.name), ...told].find((id) => question.photos.has(id)) || null;
        if (photo && seen.has(`${dataset} ${photo}`)) continue;
        if (photo) seen.add(`${dataset} ${photo}`);
        found.push(...group.map((hit) => ({ ...hit, photo, file: photo ? null : one.name })));
      }
    }
    return found;
  }

  async function ask(look, question) {
    const photos = [...question.photos.keys()];
    let hits;
    if (question.nsid || question.alias) {
      hits = await byPrefix(look, question.nsid ? "nsid" : "alias", question.nsid || question.alias);
      if (!question.export) return hits;
      // All of the account is known: what has no known owner is found by the photos, in what is fetched whole.
      const rest = await unowned(look, "photo_id", photos);
      hits = [...hits, ...rest.map((hit) => ({ ...hit, photo: hit.value }))];
      if (question.ownAlias) hits = withNew(hits, await unowned(look, "alias", [question.ownAlias]));
    } else {
      if (!photos.length) hits = [];
      else hits = photos.length === 1 ? await byPrefix(look, "photo_id", photos[0]) : await byAll(look, "photo_id", "photo_id", photos);
      hits = hits.map((hit) => ({ ...hit, photo: hit.value }));
    }
    if (question.hashes.size) {
      const hashed = await unowned(look, "url_hash", question.hashes.keys());
      hits = withNew(hits, hashed.map((hit) => ({ ...hit, photo: question.hashes.get(hit.value) })));
    }
    if (question.files.length) hits = [...hits, ...await byContent(look, question, hits)];
    return hits;
  }

  /** The answer to all of a question, by one look-up: if it is replaced meanwhile, everything is asked again. */
  async function answered(question) {
    const first = await described();
    const from = async (one) => { const look = await opened(one); return { look, hits: await ask(look, question) }; };
    try {
      return await from(first);
    } catch (error) {
      const second = await described();
      if (second.root === first.root) throw error;
      return from(second);
    }
  }

  // -- what was typed or dropped -------------------------------------------------------------------------------------

  const NSID = /^[1-9][0-9]{4,10}@n[0-9]{2}$/i;
  const isPhoto = (id) => /^[1-9][0-9]{0,18}$/.test(id) && BigInt(id) < 2n ** 63n;
  const BASE58 = "123456789abcdefghijkmnopqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ";
  const nobody = new Set(["albums", "contacts", "friends", "galleries", "groups", "organize", "search", "sets", "tags", "upload", "me"]);

  function decoded(word) { try { return decodeURIComponent(word); } catch { return word; } }

  function person(name, question) {
    const plain = decoded(name);
    if (NSID.test(plain)) question.nsids.add(plain.toUpperCase());
    else if (/^[a-z0-9_-]{1,255}$/i.test(plain) && !nobody.has(plain.toLowerCase())) question.aliases.add(plain.toLowerCase());
    else return false;
    return true;
  }

  // As in auditor/flickr/urls.py: no other site's name that ends in flickr.com, and of an address that was cut (…/99000…)
  // or wrapped ("="), or whose number goes on (123.html), nobody knows the id.
  const ID = "([1-9][0-9]{0,18})", SECRET = "([0-9a-z]{4,20})", END = String.raw`(?![\w%@]|[.-]\w|…|\.\.|=)`;
  const form = (text) => new RegExp(`(?<![\\w@-])${text}`, "i");
  const FILE = form(String.raw`(?:farm([0-9]{1,4})\.)?static\.?flickr\.com/+(?:([0-9]{1,4})/+)?([0-9]{1,6})/+${ID}_${SECRET}(?:_(?!d(?![a-z0-9]))([a-z0-9]{1,4}))?(?:_d)?(?![\w%-])`);
  const VIDEO = form(String.raw`static\.?flickr\.com/+video/+${ID}/+${SECRET}(?:/+([\w.]*))?(?![\w%-])`);
  const PLAYED = form(String.raw`flickr\.com/+(?:photos?|videos)/+([^/?#&\s]+)/+${ID}/+play/+orig/+${SECRET}(?![\w%-])`);
  const OWNER = String.raw`/(?:/+(?=[0-9]+(?:@|%40)N[0-9]))?([^/?#&\s]+)`;
  const PAGE = form(String.raw`flickr\.com/+(?:#/+)?(?:photos?|videos)${OWNER}/+${ID}${END}`);
  const UNOWNED = form(String.raw`flickr\.com/+(?:#/+)?(?:photos?|videos)//+${ID}${END}(?=/*(?:[^\w/%]|$))`);  // written where there is no alias
  const SCRIPT = form(String.raw`flickr\.com/+photo(?:_[a-z]+)?\.gne\?(?:[^#\s]*&)?id=${ID}${END}`);
  const SHORT = form(String.raw`flic\.kr/+p/+([0-9A-Za-z]{1,11})(?![\w%]|…|\.\.|=)`);
  const PERSON = form(String.raw`flickr\.com/+(?:people${OWNER}|photos${OWNER}/*(?:$|[?#]))`);

  /** What the address of a picture or video says of which YFCC100M may have published a hash. */
  function addressOf(text) {
    let found;
    if ((found = FILE.exec(text))) return { id: found[4], server: found[3], farm: Number(found[1] || found[2]), secret: found[5].toLowerCase(), original: /^o$/i.test(found[6]) };
    if ((found = VIDEO.exec(text))) return { id: found[1], secret: found[2].toLowerCase(), original: /^orig/i.test(found[3]) };
    if ((found = PLAYED.exec(text))) return { id: found[2], secret: found[3].toLowerCase(), original: true, owner: decoded(found[1]) };
    return null;
  }

  /** A picture is hashed by its address on a farm of 2014, a video by its owner and the original's secret. */
  function hashesOf({ id, server, farm, secret, original }, nsid) {
    if (original) return nsid ? [yfccHash(`http://www.flickr.com/videos/${nsid}/${id}/play/orig/${secret}`)] : [];
    const farms = farm > 0 && farm < 11 ? [farm] : [...(farm ? [farm] : []), ...Array.from({ length: 10 }, (_, n) => n + 1)];
    return server ? farms.map((n) => yfccHash(`http://farm${n}.staticflickr.com/${server}/${id}_${secret}.jpg`)) : [];
  }

  /** The photos that an original may be by its name, as Flickr gives it. */
  function idsInName(path) {
    const name = path.split(/[/\\]/).at(-1), forms = [/^(?:.*_)?([0-9]+)_o\.[a-z0-9]{2,4}$/is, /^([0-9]+)_[0-9a-f]{10}_o\.[a-z0-9]{2,4}$/i];
    return forms.map((form) => form.exec(name)?.[1]).filter((id) => id && isPhoto(id)).sort();
  }

  function word(text, question) {
    let found;
    if (isPhoto(text)) question.photos.set(text, null);
    else if ((found = addressOf(text)) && isPhoto(found.id)) {
      question.photos.set(found.id, found.server && !found.original ? `https://live.staticflickr.com/${found.server}/${found.id}_${found.secret}_s.jpg` : null);
      const nsid = NSID.test(found.owner) ? found.owner.toUpperCase() : null;
      for (const hash of hashesOf(found, nsid)) question.hashes.set(hash, found.id);
    }
    else if ((found = PAGE.exec(text)) && isPhoto(found[2]) && !nobody.has(found[1].toLowerCase())) question.photos.set(found[2], null);
    else if ((found = UNOWNED.exec(text) || SCRIPT.exec(text)) && isPhoto(found[1])) question.photos.set(found[1], null);
    else if ((found = SHORT.exec(text)) && [...found[1]].every((digit) => BASE58.includes(digit))) {
      const id = [...found[1]].reduce((sum, digit) => sum * 58n + BigInt(BASE58.indexOf(digit)), 0n).toString();
      if (!isPhoto(id)) return false;
      question.photos.set(id, null);
    } else if ((found = /buddyicons\/+([0-9]+(?:@|%40)n[0-9]{2})/i.exec(text))) return person(found[1], question);
    else if ((found = PERSON.exec(text))) return person(found[1] || found[2], question);
    else if (/[/.:]/.test(text)) return false;
    else return person(text, question);
    return true;
  }

  function questionOf(lines) {
    const question = { photos: new Map(), hashes: new Map(), nsids: new Set(), aliases: new Set(), files: [], unreadable: [], export: false };
    for (const line of lines.split(/\n/)) {
      const words = line.replace(/(^|\s)#.*$/, "").split(/[\s,;|]+/).filter(Boolean).map((one) => one.replace(/^["'<(]+|["'>)]+$/g, ""));
      // Words beside others are a title or a display name: taken for aliases they would be the names of strangers.
      const several = words.length > 1 && words.some((one) => /^[a-z_-][a-z0-9_-]*$/i.test(one));
      for (const one of several ? words.filter((one) => /[/@]/.test(one)) : words) {
        if (!word(one, question) && !several) question.unreadable.push(one);
      }
      if (several) question.unreadable.push(line.trim());
    }
    return question;
  }

  /** The files in a zip, for Flickr's data export comes as several. Errors: RangeError for one that cannot be read. */
  async function unzipped(zip) {
    const tail = new Uint8Array(await zip.slice(Math.max(0, zip.size - 65558)).arrayBuffer());
    const view = new DataView(tail.buffer);
    let end = tail.length - 22;
    while (end >= 0 && view.getUint32(end, true) !== 0x06054b50) end--;
    if (end < 0) throw new RangeError("no zip");
    const size = view.getUint32(end + 12, true), from = view.getUint32(end + 16, true);
    const list = new DataView(await zip.slice(from, from + size).arrayBuffer()), files = [];
    for (let at = 0; at + 46 <= list.byteLength && list.getUint32(at, true) === 0x02014b50;) {
      const method = list.getUint16(at + 10, true), packed = list.getUint32(at + 20, true), whole = list.getUint32(at + 24, true);
      const length = list.getUint16(at + 28, true), header = list.getUint32(at + 42, true);
      const name = text(new Uint8Array(list.buffer, at + 46, length));
      at += 46 + length + list.getUint16(at + 30, true) + list.getUint16(at + 32, true);
      files.push({ name, size: whole, open: async () => {
        const local = new DataView(await zip.slice(header, header + 30).arrayBuffer());
        const data = header + 30 + local.getUint16(26, true) + local.getUint16(28, true);
        if (local.getUint32(0, true) !== 0x04034b50 || data + packed > zip.size || ![0, 8].includes(method)) throw new RangeError("no member");
        const part = zip.slice(data, data + packed).stream();
        return method ? part.pipeThrough(new DecompressionStream("deflate-raw")) : part;
      } });
    }
    if (files.length !== view.getUint16(end + 10, true)) throw new RangeError("cut short, or of more than 65,535 files");
    return files;
  }

  const EXPORTED = /(^|\/)(account_profile|photo_[0-9]+)\.json$/;
  const PICTURE = /\.(bmp|gif|heic|jpe?g|png|tiff?|webp)(\?.*)?$/i;

  async function questionOfExport(files) {
    const question = questionOf(""), addresses = [];
    question.export = true;
    for (const given of files) {
      let members = [{ name: given.name, size: given.size, open: async () => given.stream() }];
      try {
        if (/\.zip$/i.test(given.name)) members = await unzipped(given);
      } catch {
        question.unreadable.push(given.name);
        continue;
      }
      for (const one of members) {
        if (!EXPORTED.test(one.name)) {
          if (one.size && !/\.json$/i.test(one.name)) question.files.push(one);
          continue;
        }
        try {
          const told = JSON.parse(text(await whole(await one.open(), 1e7)));
          if (/profile\.json$/.test(one.name)) {
            if (NSID.test(told.nsid)) question.nsids.add(told.nsid.toUpperCase());
            if (/^[a-z0-9_-]{1,255}$/i.test(told.path_alias || "")) question.ownAlias = told.path_alias.toLowerCase();
          }
          if (!/photo_[0-9]+\.json$/.test(one.name) || !isPhoto(String(told.id))) continue;
          question.photos.set(String(told.id), null);
          const original = String(told.original || ""), found = addressOf(original);
          if (found?.id !== String(told.id)) continue;
          // Only what is known to be a picture is certain to be no video.
          if (!found.original || !PICTURE.test(original) || /\/(video|play)\//.test(original)) addresses.push(found);
        } catch { question.unreadable.push(one.name); }
      }
    }
    for (const found of addresses) for (const hash of hashesOf(found, [...question.nsids][0])) question.hashes.set(hash, found.id);
    return question;
  }

  // -- the answer ----------------------------------------------------------------------------------------------------

  function element(name, properties = {}, ...children) {
    const made = Object.assign(document.createElement(name), properties);
    made.append(...children.filter((child) => child !== null));
    return made;
  }

  const MOST_UNREADABLE = 20;
  function unreadable(question) {
    const some = question.unreadable.slice(0, MOST_UNREADABLE).map((one) => { const line = plain(one); return line.length > 80 ? `${line.slice(0, 79)}…` : line; });
    return say("unreadable", some.join(", ")) + (question.unreadable.length > some.length ? " …" : "");
  }

  const short = (set) => set.title.split(" (")[0];
  const rank = (set) => [set.huge ? 1 : 0, ABOUT.indexOf(set.about), set.dataset];
  const page = (id, owner) => owner ? `https://www.flickr.com/photos/${owner}/${id}/` : `https://www.flickr.com/photo.gne?id=${id}`;

  function together(look, hits) {
    const sets = new Map();
    for (const hit of hits) {
      const set = look.sets.get(hit.dataset);
      if (!set) continue;
      if (!sets.has(set)) sets.set(set, new Map());
      const photos = sets.get(set), name = hit.photo || hit.file || `record ${photos.size}`;
      if (!photos.has(name)) photos.set(name, []);
      photos.get(name).push(hit);
    }
    for (const photos of sets.values()) {
      for (const found of photos.values()) found.sort((a, b) => a.source - b.source || a.row - b.row);
    }
    const order = (a, b) => { const [x, y] = [rank(a[0]), rank(b[0])]; return x[0] - y[0] || x[1] - y[1] || (x[2] < y[2] ? -1 : 1); };
    return [...sets].sort(order);
  }

  const licenseOf = (look, found) => { const hit = found.find((one) => one.license >= 0); return hit ? plain(look.about.licenses[hit.license] || hit.license) : ""; };
  const sourceOf = (set, hit) => (set.sources[hit.source] || { name: "?" }).name;

  function photoLine(look, set, found, question) {
    const [first] = found, owner = question.nsid || question.alias;
    const facts = [`${first.place}, ${sourceOf(set, first)}`];
    if (found.length > 1) facts.push(say("records", number(found.length)));
    const license = licenseOf(look, found);
    if (license) facts.push(say("collected", license));
    if (found.some((hit) => hit.original)) facts.push(say("original"));
    const via = found.find((hit) => hit.via >= 0 && (owner || hit.joined));
    if (via && look.sets.has(via.via)) facts.push(say("by", short(look.sets.get(via.via))));
    const link = first.photo ? element("a", { href: page(first.photo, owner), rel: "noreferrer noopener", target: "_blank", textContent: first.photo }) : null;
    const line = element("li", {}, link || first.file || null, ` ${facts.join("; ")}`);
    const picture = question.photos.get(first.photo);
    if (picture) line.dataset.picture = picture;
    return line;
  }

  function setPart(look, set, photos, question) {
    const list = element("ul"), all = [...photos.values()];
    const year = set.year ? `, ${set.year}` : "";
    const head = element("h3", { textContent: `${short(set)}: ${number(all.length)}` });
    const about = element("p", { className: "soft", textContent: [`${set.title}${year}`, set.publisher, say(set.about)].filter(Boolean).join(" · ") });
    const part = element("article", { className: `set ${set.about}` }, head, about, list);
    const more = element("button", { type: "button" });
    const grow = () => {
      const from = list.children.length, some = all.slice(from, from + SHOWN);
      list.append(...some.map((found) => photoLine(look, set, found, question)));
      const left = all.length - list.children.length;
      more.textContent = say("more", number(left));
      if (!left) more.remove();
    };
    more.addEventListener("click", grow);
    part.append(more);
    grow();
    return part;
  }

  function download(name, type, content) {
    const link = element("a", { href: URL.createObjectURL(new Blob([content], { type })), download: name });
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 1000);
  }

  const cell = (value) => { const safe = /^\s*[=+\-@|%]/.test(value) ? `'${value}` : value; return `"${String(safe).replaceAll('"', '""')}"`; };

  function csv(look, sets, question) {
    const rows = [["photo_id", "url", "dataset", "record", "records", "source", "license_then", "links_original", "file"]];
    for (const [set, photos] of sets) {
      for (const found of photos.values()) {
        const id = found[0].photo || "", url = id && page(id, question.nsid || question.alias);
        rows.push([id, url, set.dataset, found[0].place, found.length, sourceOf(set, found[0]), licenseOf(look, found), found.some((hit) => hit.original), found[0].file || ""]);
      }
    }
    return rows.map((row) => row.map(cell).join(",")).join("\n") + "\n";
  }

  function named(sets) {
    return element("ul", {}, ...sets.map((set) => element("li", { textContent: [set.title, set.year, set.publisher].filter(Boolean).join(", ") })));
  }

  function folded(title, ...children) {
    return element("details", {}, element("summary", { textContent: title }), ...children);
  }

  function show(look, question, hits) {
    const sets = together(look, hits);
    const ids = new Set(hits.map((hit) => hit.photo).filter(Boolean)), bare = hits.filter((hit) => !hit.photo && !hit.file).length, matched = new Set(hits.map((hit) => hit.file).filter(Boolean)).size;
    const owner = question.nsid || question.alias;
    const byPhoto = question.photos.size && !(owner && look.unasked), byHash = question.hashes.size && !look.unasked;
    const byMD5 = question.files.length && look.told.sections.content_md5 && !look.uncompared;
    const keys = [...(owner ? ["owner"] : []), ...(byMD5 ? ["content_md5"] : []), ...(byPhoto ? ["photo_id"] : []), ...(byHash ? ["url_hash"] : [])];
    const blind = look.about.datasets.filter((set) => !set.match_keys.some((key) => keys.includes(key)));
    const checked = look.about.datasets.length - blind.length;
    let headline = checked ? say("nothing", number(checked)) : say("unchecked");
    if (hits.length) headline = say(owner ? "found" : "foundPhoto", number(ids.size), number(sets.length)) + (bare ? ` ${say("nameless", number(bare))}` : "") + (matched ? ` ${say("files", number(matched))}` : "");
    const result = $("result");
    const cautions = [];
    if (question.unreadable.length) cautions.push(unreadable(question));
    if (question.alias && !question.nsid) cautions.push(say("aliasOnly"));
    if (owner && !question.export && look.told.sections.unowned) cautions.push(say("ownerOnly"));
    if (blind.length) cautions.push(say("notLooked", blind.map(short).join(", ")));
    if (look.unasked) cautions.push(say("unasked", number(Math.round(sizeOf(look, "unowned") / 1e6))));
    if (look.uncompared) cautions.push(say("uncompared", number(Math.round(sizeOf(look, "content_md5") / 1e6))));
    if (look.few && !folder) cautions.push(look.few());
    if (look.told.left_out) cautions.push(say("leftOut", number(look.told.left_out)));
    result.replaceChildren(
      element("h2", { id: "answer", className: `headline ${hits.length ? "alarm" : ""}`, textContent: headline }),
      ...cautions.map((words) => element("p", { className: "caution", textContent: words })),
      ...(hits.length ? [] : [element("p", { textContent: say("proves") })]),
      ...sets.map(([set, photos]) => setPart(look, set, photos, question)),
    );
    if (hits.length) {
      const save = element("div", { className: "row" },
        element("button", { type: "button", textContent: say("csv"), onclick: () => download("flickr-photos.csv", "text/csv", csv(look, sets, question)) }),
        ids.size ? element("button", { type: "button", textContent: say("list"), onclick: () => download("flickr-photos.txt", "text/plain", [...ids].map((id) => page(id, owner)).join("\n") + "\n") }) : "");
      if ([...ids].some((id) => question.photos.get(id))) save.append(element("button", { type: "button", textContent: say("thumbs"), onclick: pictures }));
      result.append(save, element("h2", { textContent: say("next") }), element("p", { textContent: say("nextText") }),
        element("p", {}, element("code", { textContent: "flickr-auditor plan --ids flickr-photos.txt --add-tag no_cv --license all-rights-reserved" })),
        ...sets.filter(([set]) => set.publisher).slice(0, 1).map(([set]) => element("p", {}, element("code", { textContent: `flickr-auditor optout draft ${set.dataset}` }))));
    }
    const others = look.about.unknown.filter((set) => set.checkable), hopeless = look.about.unknown.filter((set) => !set.checkable);
    result.append(
      folder ? element("p", { textContent: say("fromFolder") })
        : folded(say("sent"), element("p", { textContent: say("sentText") }), element("ul", { id: "sent" }, ...sent.map((name) => element("li", {}, element("code", { textContent: name }))))),
      folded(say("unknown", number(others.length)), named(others)),
      folded(say("nobody", number(hopeless.length)), named(hopeless)));
    result.hidden = false;
    result.focus();
  }

  function pictures(event) {
    event.target.remove();
    for (const line of document.querySelectorAll("[data-picture]")) {
      if (!line.querySelector("img")) line.append(element("img", { src: line.dataset.picture, alt: "", loading: "lazy", referrerPolicy: "no-referrer" }));
    }
  }

  // -- the page ------------------------------------------------------------------------------------------------------

  let last = null;

  function fail(error) {
    const failure = error instanceof Failure ? say(error.key, ...error.values) : error.message;
    $("result").replaceChildren(element("h2", { id: "answer", className: "headline alarm", textContent: say("failed", failure) }));
    $("result").hidden = false;
    $("result").focus();
  }

  /** A new question: what was said about the one before is no answer to it, and one that is under way is given up. */
  let asking = 0;
  function begin() {
    last = null;
    $("result").hidden = true;
    $("status").textContent = say("working");
    return ++asking;
  }

  async function run(question, mine) {
    question.nsid = [...question.nsids][0] || null;
    question.alias = question.nsid ? null : [...question.aliases][0] || null;
    const people = question.nsids.size || question.aliases.size;
    if (!question.photos.size && !people && !question.files.length) {
      $("status").textContent = question.unreadable.length ? unreadable(question) : say("none");
      return;
    }
    if (people > 1 || (people && question.photos.size && !question.export)) {
      $("status").textContent = say(people > 1 ? "two" : "mixed");
      return;
    }
    if (location.protocol === "file:" && !folder) {
      $("status").textContent = say("folder");
      $("folder").focus();
      return;
    }
    sent.length = 0;
    kept.clear();
    let tell;
    try {
      const { look, hits } = await answered(question);
      tell = () => { show(look, question, hits); foot(look); };
    } catch (error) {
      tell = () => fail(error);
    }
    if (mine !== asking) return;
    last = tell;
    last();
    $("status").textContent = "";
  }

  function foot(look) {
    document.querySelector("[data-text=foot]").textContent = say("foot", new Date(look.told.generated_at).toLocaleDateString(language));
    $("root").textContent = say("root", look.root);
  }

  function translate() {
    document.documentElement.lang = language;
    document.title = say("title");
    for (const one of document.querySelectorAll("[data-text]")) one.textContent = one.dataset.text === "foot" ? "" : say(one.dataset.text);
    if (last) last();
  }

  for (const [tag, words] of Object.entries(WORDS)) $("language").append(element("option", { value: tag, textContent: words.name, selected: tag === language }));
  $("language").addEventListener("change", () => { language = $("language").value; translate(); });
  $("form").addEventListener("submit", (event) => { event.preventDefault(); run(questionOf($("query").value), begin()); });
  const given = async (files) => {
    const mine = begin(), question = await questionOfExport([...files]);
    if (mine === asking) run(question, mine);
  };
  $("export").addEventListener("change", () => given($("export").files));
  $("folder").addEventListener("change", () => {
    folder = new Map([...$("folder").files].map((one) => [one.webkitRelativePath.split("/").slice(1).join("/"), one]));
  });
  for (const [name, over] of [["dragover", true], ["dragleave", false], ["drop", false]]) {
    document.addEventListener(name, (event) => {
      event.preventDefault();
      $("form").classList.toggle("over", over);
      if (name === "drop" && event.dataTransfer.files.length) given(event.dataTransfer.files);
    });
  }
  $("folder-part").hidden = location.protocol !== "file:";
  translate();
})();
