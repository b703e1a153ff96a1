-- What searches compare: the functions that the statements of an app call. {schema} is the schema of all tables, {collation}
-- one that makes capital letters small as Unicode has it.

-- Text as filters compare it: Unicode lower case, letter by letter. A capital sigma is taken out first, because its small
-- form depends on what follows it, and a part of a text must be found in the whole.
CREATE FUNCTION {schema}.fold(value text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT lower(translate(value, 'Σ', 'σ') COLLATE {collation}) COLLATE "C"
$$;

-- A word as `q=` compares it: small letters without the accents of Latin ones. The tables are those of SQLite's tokenizer
-- `unicode61 remove_diacritics 2`, Unicode 6.1, so that both engines find the same; they depend on no collation, so that
-- no index is wrong after an update of the system. A test compares them letter by letter.
CREATE FUNCTION {schema}.plain_word(word text) RETURNS text
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE AS $$
BEGIN
  word := lower(word COLLATE "C");
  IF octet_length(word) = char_length(word) THEN
    RETURN word;
  END IF;
  IF word COLLATE "C" ~ '[\u00B5-\u0345\u1E00-\u1EFF]' THEN
    word := translate(word,
      'µÀÁÂÃÄÅÆÇÈÉÊËÌÍÎÏÐÑÒÓÔÕÖØÙÚÛÜÝÞàáâãäåçèéêëìíîïñòóôõöùúûüýÿĀā'
      'ĂăĄąĆćĈĉĊċČčĎďĐĒēĔĕĖėĘęĚěĜĝĞğĠġĢģĤĥĦĨĩĪīĬĭĮįİĲĴĵĶķĹĺĻļĽľĿŁŃń'
      'ŅņŇňŊŌōŎŏŐőŒŔŕŖŗŘřŚśŜŝŞşŠšŢţŤťŦŨũŪūŬŭŮůŰűŲųŴŵŶŷŸŹźŻżŽžſƁƂƄƆƇ'
      'ƉƊƋƎƏƐƑƓƔƖƗƘƜƝƟƠơƢƤƦƧƩƬƮƯưƱƲƳƵƷƸƼǄǅǇǈǊǋǍǎǏǐǑǒǓǔǕǖǗǘǙǚǛǜǞǟǠǢǤ'
      'ǦǧǨǩǪǫǬǭǮǰǱǲǴǵǶǷǸǹǺǻǼǾȀȁȂȃȄȅȆȇȈȉȊȋȌȍȎȏȐȑȒȓȔȕȖȗȘșȚțȜȞȟȠȢȤȦȧȨȩ'
      'ȪȫȬȭȮȯȰȱȲȳȺȻȽȾɁɃɄɅɆɈɊɌɎḀḁḂḃḄḅḆḇḈḉḊḋḌḍḎḏḐḑḒḓḔḕḖḗḘḙḚḛḜḝḞḟḠḡḢḣḤ'
      'ḥḦḧḨḩḪḫḬḭḮḯḰḱḲḳḴḵḶḷḸḹḺḻḼḽḾḿṀṁṂṃṄṅṆṇṈṉṊṋṌṍṎṏṐṑṒṓṔṕṖṗṘṙṚṛṜṝṞṟṠ'
      'ṡṢṣṤṥṦṧṨṩṪṫṬṭṮṯṰṱṲṳṴṵṶṷṸṹṺṻṼṽṾṿẀẁẂẃẄẅẆẇẈẉẊẋẌẍẎẏẐẑẒẓẔẕẖẗẘẙẛẞẠ'
      'ạẢảẤấẦầẨẩẪẫẬậẮắẰằẲẳẴẵẶặẸẹẺẻẼẽẾếỀềỂểỄễỆệỈỉỊịỌọỎỏỐốỒồỔổỖỗỘộỚớỜ'
      'ờỞởỠỡỢợỤụỦủỨứỪừỬửỮữỰựỲỳỴỵỶỷỸỹỺỼỾ',
      'μaaaaaaæceeeeiiiiðnoooooøuuuuyþaaaaaaceeeeiiiinooooouuuuyyaa'
      'aaaaccccccccddđeeeeeeeeeegggggggghhħiiiiiiiiiĳjjkkllllllŀłnn'
      'nnnnŋooooooœrrrrrrssssssssttttŧuuuuuuuuuuuuwwyyyzzzzzzsɓƃƅɔƈ'
      'ɖɗƌǝəɛƒɠɣɩɨƙɯɲɵooƣƥʀƨʃƭʈuuʊʋƴƶʒƹƽǆǆǉǉǌǌaaiioouuuuuuuuuuaaǡǣǥ'
      'ggkkooooǯjǳǳggƕƿnnaaǽǿaaaaeeeeiiiioooorrrruuuussttȝhhƞȣȥaaee'
      'ooooooooyyⱥȼƚⱦɂƀʉʌɇɉɋɍɏaabbbbbbccddddddddddeeeeeeeeeeffgghhh'
      'hhhhhhhiiiikkkkkkllllllllmmmmmmnnnnnnnnoooooooopppprrrrrrrrs'
      'sssssssssttttttttuuuuuuuuuuvvvvwwwwwwwwwwxxxxyyzzzzzzhtwysßa'
      'aaaaaaaaaaaaaaaaaaaaaaaeeeeeeeeeeeeeeeeiiiiooooooooooooooooo'
      'ooooooouuuuuuuuuuuuuuyyyyyyyyỻỽỿ');
  END IF;
  IF word COLLATE "C" ~ '[\u0370-\u03FF\u1F00-\u1FFF]' THEN
    word := translate(word,
      'ͰͲͶΆΈΉΊΌΎΏΑΒΓΔΕΖΗΘΙΚΛΜΝΞΟΠΡΣΤΥΦΧΨΩΪΫςϏϐϑϕϖϘϚϜϞϠϢϤϦϨϪϬϮϰϱϴϵϷϹ'
      'ϺϽϾϿἈἉἊἋἌἍἎἏἘἙἚἛἜἝἨἩἪἫἬἭἮἯἸἹἺἻἼἽἾἿὈὉὊὋὌὍὙὛὝὟὨὩὪὫὬὭὮὯᾈᾉᾊᾋᾌᾍᾎᾏ'
      'ᾘᾙᾚᾛᾜᾝᾞᾟᾨᾩᾪᾫᾬᾭᾮᾯᾸᾹᾺΆᾼιῈΈῊΉῌῘῙῚΊῨῩῪΎῬῸΌῺΏῼ',
      'ͱͳͷάέήίόύώαβγδεζηθικλμνξοπρστυφχψωϊϋσϗβθφπϙϛϝϟϡϣϥϧϩϫϭϯκρθεϸϲ'
      'ϻͻͼͽἀἁἂἃἄἅἆἇἐἑἒἓἔἕἠἡἢἣἤἥἦἧἰἱἲἳἴἵἶἷὀὁὂὃὄὅὑὓὕὗὠὡὢὣὤὥὦὧᾀᾁᾂᾃᾄᾅᾆᾇ'
      'ᾐᾑᾒᾓᾔᾕᾖᾗᾠᾡᾢᾣᾤᾥᾦᾧᾰᾱὰάᾳιὲέὴήῃῐῑὶίῠῡὺύῥὸόὼώῳ');
  END IF;
  IF word COLLATE "C" ~ '[\u0400-\u052F]' THEN
    word := translate(word,
      'ЀЁЂЃЄЅІЇЈЉЊЋЌЍЎЏАБВГДЕЖЗИЙКЛМНОПРСТУФХЦЧШЩЪЫЬЭЮЯѠѢѤѦѨѪѬѮѰѲѴѶ'
      'ѸѺѼѾҀҊҌҎҐҒҔҖҘҚҜҞҠҢҤҦҨҪҬҮҰҲҴҶҸҺҼҾӀӁӃӅӇӉӋӍӐӒӔӖӘӚӜӞӠӢӤӦӨӪӬӮӰӲӴӶ'
      'ӸӺӼӾԀԂԄԆԈԊԌԎԐԒԔԖԘԚԜԞԠԢԤԦ',
      'ѐёђѓєѕіїјљњћќѝўџабвгдежзийклмнопрстуфхцчшщъыьэюяѡѣѥѧѩѫѭѯѱѳѵѷ'
      'ѹѻѽѿҁҋҍҏґғҕҗҙқҝҟҡңҥҧҩҫҭүұҳҵҷҹһҽҿӏӂӄӆӈӊӌӎӑӓӕӗәӛӝӟӡӣӥӧөӫӭӯӱӳӵӷ'
      'ӹӻӽӿԁԃԅԇԉԋԍԏԑԓԕԗԙԛԝԟԡԣԥԧ');
  END IF;
  IF word COLLATE "C" ~ '[\u0531-\u10FF\u2000-\U0001FFFF]' THEN
    word := translate(word,
      E'\u0531\u0532\u0533\u0534\u0535\u0536\u0537\u0538\u0539\u053A\u053B\u053C\u053D\u053E\u053F\u0540\u0541\u0542'
      '\u0543\u0544\u0545\u0546\u0547\u0548\u0549\u054A\u054B\u054C\u054D\u054E\u054F\u0550\u0551\u0552\u0553\u0554'
      '\u0555\u0556\u10A0\u10A1\u10A2\u10A3\u10A4\u10A5\u10A6\u10A7\u10A8\u10A9\u10AA\u10AB\u10AC\u10AD\u10AE\u10AF'
      '\u10B0\u10B1\u10B2\u10B3\u10B4\u10B5\u10B6\u10B7\u10B8\u10B9\u10BA\u10BB\u10BC\u10BD\u10BE\u10BF\u10C0\u10C1'
      '\u10C2\u10C3\u10C4\u10C5\u10C7\u10CD\u2126\u212A\u212B\u2132\u2160\u2161\u2162\u2163\u2164\u2165\u2166\u2167'
      '\u2168\u2169\u216A\u216B\u216C\u216D\u216E\u216F\u2183\u2C00\u2C01\u2C02\u2C03\u2C04\u2C05\u2C06\u2C07\u2C08'
      '\u2C09\u2C0A\u2C0B\u2C0C\u2C0D\u2C0E\u2C0F\u2C10\u2C11\u2C12\u2C13\u2C14\u2C15\u2C16\u2C17\u2C18\u2C19\u2C1A'
      '\u2C1B\u2C1C\u2C1D\u2C1E\u2C1F\u2C20\u2C21\u2C22\u2C23\u2C24\u2C25\u2C26\u2C27\u2C28\u2C29\u2C2A\u2C2B\u2C2C'
      '\u2C2D\u2C2E\u2C60\u2C62\u2C63\u2C64\u2C67\u2C69\u2C6B\u2C6D\u2C6E\u2C6F\u2C70\u2C72\u2C75\u2C7E\u2C7F\u2C80'
      '\u2C82\u2C84\u2C86\u2C88\u2C8A\u2C8C\u2C8E\u2C90\u2C92\u2C94\u2C96\u2C98\u2C9A\u2C9C\u2C9E\u2CA0\u2CA2\u2CA4'
      '\u2CA6\u2CA8\u2CAA\u2CAC\u2CAE\u2CB0\u2CB2\u2CB4\u2CB6\u2CB8\u2CBA\u2CBC\u2CBE\u2CC0\u2CC2\u2CC4\u2CC6\u2CC8'
      '\u2CCA\u2CCC\u2CCE\u2CD0\u2CD2\u2CD4\u2CD6\u2CD8\u2CDA\u2CDC\u2CDE\u2CE0\u2CE2\u2CEB\u2CED\u2CF2\uA640\uA642'
      '\uA644\uA646\uA648\uA64A\uA64C\uA64E\uA650\uA652\uA654\uA656\uA658\uA65A\uA65C\uA65E\uA660\uA662\uA664\uA666'
      '\uA668\uA66A\uA66C\uA680\uA682\uA684\uA686\uA688\uA68A\uA68C\uA68E\uA690\uA692\uA694\uA696\uA722\uA724\uA726'
      '\uA728\uA72A\uA72C\uA72E\uA732\uA734\uA736\uA738\uA73A\uA73C\uA73E\uA740\uA742\uA744\uA746\uA748\uA74A\uA74C'
      '\uA74E\uA750\uA752\uA754\uA756\uA758\uA75A\uA75C\uA75E\uA760\uA762\uA764\uA766\uA768\uA76A\uA76C\uA76E\uA779'
      '\uA77B\uA77D\uA77E\uA780\uA782\uA784\uA786\uA78B\uA78D\uA790\uA792\uA7A0\uA7A2\uA7A4\uA7A6\uA7A8\uA7AA\uFF21'
      '\uFF22\uFF23\uFF24\uFF25\uFF26\uFF27\uFF28\uFF29\uFF2A\uFF2B\uFF2C\uFF2D\uFF2E\uFF2F\uFF30\uFF31\uFF32\uFF33'
      '\uFF34\uFF35\uFF36\uFF37\uFF38\uFF39\uFF3A\U00010400\U00010401\U00010402\U00010403\U00010404\U00010405'
      '\U00010406\U00010407\U00010408\U00010409\U0001040A\U0001040B\U0001040C\U0001040D\U0001040E\U0001040F'
      '\U00010410\U00010411\U00010412\U00010413\U00010414\U00010415\U00010416\U00010417\U00010418\U00010419'
      '\U0001041A\U0001041B\U0001041C\U0001041D\U0001041E\U0001041F\U00010420\U00010421\U00010422\U00010423'
      '\U00010424\U00010425\U00010426\U00010427',
      E'\u0561\u0562\u0563\u0564\u0565\u0566\u0567\u0568\u0569\u056A\u056B\u056C\u056D\u056E\u056F\u0570\u0571\u0572'
      '\u0573\u0574\u0575\u0576\u0577\u0578\u0579\u057A\u057B\u057C\u057D\u057E\u057F\u0580\u0581\u0582\u0583\u0584'
      '\u0585\u0586\u2D00\u2D01\u2D02\u2D03\u2D04\u2D05\u2D06\u2D07\u2D08\u2D09\u2D0A\u2D0B\u2D0C\u2D0D\u2D0E\u2D0F'
      '\u2D10\u2D11\u2D12\u2D13\u2D14\u2D15\u2D16\u2D17\u2D18\u2D19\u2D1A\u2D1B\u2D1C\u2D1D\u2D1E\u2D1F\u2D20\u2D21'
      '\u2D22\u2D23\u2D24\u2D25\u2D27\u2D2D\u03C9\u006B\u0061\u214E\u2170\u2171\u2172\u2173\u2174\u2175\u2176\u2177'
      '\u2178\u2179\u217A\u217B\u217C\u217D\u217E\u217F\u2184\u2C30\u2C31\u2C32\u2C33\u2C34\u2C35\u2C36\u2C37\u2C38'
      '\u2C39\u2C3A\u2C3B\u2C3C\u2C3D\u2C3E\u2C3F\u2C40\u2C41\u2C42\u2C43\u2C44\u2C45\u2C46\u2C47\u2C48\u2C49\u2C4A'
      '\u2C4B\u2C4C\u2C4D\u2C4E\u2C4F\u2C50\u2C51\u2C52\u2C53\u2C54\u2C55\u2C56\u2C57\u2C58\u2C59\u2C5A\u2C5B\u2C5C'
      '\u2C5D\u2C5E\u2C61\u026B\u1D7D\u027D\u2C68\u2C6A\u2C6C\u0251\u0271\u0250\u0252\u2C73\u2C76\u023F\u0240\u2C81'
      '\u2C83\u2C85\u2C87\u2C89\u2C8B\u2C8D\u2C8F\u2C91\u2C93\u2C95\u2C97\u2C99\u2C9B\u2C9D\u2C9F\u2CA1\u2CA3\u2CA5'
      '\u2CA7\u2CA9\u2CAB\u2CAD\u2CAF\u2CB1\u2CB3\u2CB5\u2CB7\u2CB9\u2CBB\u2CBD\u2CBF\u2CC1\u2CC3\u2CC5\u2CC7\u2CC9'
      '\u2CCB\u2CCD\u2CCF\u2CD1\u2CD3\u2CD5\u2CD7\u2CD9\u2CDB\u2CDD\u2CDF\u2CE1\u2CE3\u2CEC\u2CEE\u2CF3\uA641\uA643'
      '\uA645\uA647\uA649\uA64B\uA64D\uA64F\uA651\uA653\uA655\uA657\uA659\uA65B\uA65D\uA65F\uA661\uA663\uA665\uA667'
      '\uA669\uA66B\uA66D\uA681\uA683\uA685\uA687\uA689\uA68B\uA68D\uA68F\uA691\uA693\uA695\uA697\uA723\uA725\uA727'
      '\uA729\uA72B\uA72D\uA72F\uA733\uA735\uA737\uA739\uA73B\uA73D\uA73F\uA741\uA743\uA745\uA747\uA749\uA74B\uA74D'
      '\uA74F\uA751\uA753\uA755\uA757\uA759\uA75B\uA75D\uA75F\uA761\uA763\uA765\uA767\uA769\uA76B\uA76D\uA76F\uA77A'
      '\uA77C\u1D79\uA77F\uA781\uA783\uA785\uA787\uA78C\u0265\uA791\uA793\uA7A1\uA7A3\uA7A5\uA7A7\uA7A9\u0266\uFF41'
      '\uFF42\uFF43\uFF44\uFF45\uFF46\uFF47\uFF48\uFF49\uFF4A\uFF4B\uFF4C\uFF4D\uFF4E\uFF4F\uFF50\uFF51\uFF52\uFF53'
      '\uFF54\uFF55\uFF56\uFF57\uFF58\uFF59\uFF5A\U00010428\U00010429\U0001042A\U0001042B\U0001042C\U0001042D'
      '\U0001042E\U0001042F\U00010430\U00010431\U00010432\U00010433\U00010434\U00010435\U00010436\U00010437'
      '\U00010438\U00010439\U0001043A\U0001043B\U0001043C\U0001043D\U0001043E\U0001043F\U00010440\U00010441'
      '\U00010442\U00010443\U00010444\U00010445\U00010446\U00010447\U00010448\U00010449\U0001044A\U0001044B'
      '\U0001044C\U0001044D\U0001044E\U0001044F');
  END IF;
  RETURN word;
END
$$;

-- The words of a text, each after the name of its field and a colon, as many as there is room for in bytes: Postgres keeps
-- a megabyte of a row's words and 2,046 bytes of a word, and does not say when it is more. Letters and digits make words;
-- so does what Unicode 6.1 did not know.
CREATE FUNCTION {schema}.words(field text, value text, room integer) RETURNS text[]
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE AS $$
DECLARE
  found text[] := '{}';
  word text;
  cut text[];
BEGIN
  IF value IS NULL THEN
    RETURN found;
  ELSIF octet_length(value) = char_length(value) THEN
    cut := regexp_split_to_array(value COLLATE "C", '[^A-Za-z0-9]+');
  ELSE
    cut := regexp_split_to_array(
      regexp_replace(value COLLATE "C", '[\u0300-\u0304\u0306-\u030C\u030F\u0311\u031B\u0323-\u0328\u032D-\u032E\u0330-\u0331]+', '', 'g') COLLATE "C",
      '[^\u0030-\u0039\u0041-\u005A\u0061-\u007A\u00AA\u00B2-\u00B3\u00B5\u00B9-\u00BA\u00BC-\u00BE\u00C0-\u00D6'
      '\u00D8-\u00F6\u00F8-\u02C1\u02C6-\u02D1\u02E0-\u02E4\u02EC\u02EE\u0370-\u0374\u0376-\u037D\u037F-\u0383'
      '\u0386\u0388-\u03F5\u03F7-\u0481\u048A-\u0559\u0560-\u0588\u058B-\u058E\u0590\u05C8-\u05F2\u05F5-\u05FF'
      '\u0605\u061C-\u061D\u0620-\u064A\u0660-\u0669\u066E-\u066F\u0671-\u06D3\u06D5\u06E5-\u06E6\u06EE-\u06FC'
      '\u06FF\u070E\u0710\u0712-\u072F\u074B-\u07A5\u07B1-\u07EA\u07F4-\u07F5\u07FA-\u0815\u081A\u0824\u0828'
      '\u082E-\u082F\u083F-\u0858\u085C-\u085D\u085F-\u08E3\u08FF\u0904-\u0939\u093D\u0950\u0958-\u0961'
      '\u0966-\u096F\u0971-\u0980\u0984-\u09BB\u09BD\u09C5-\u09C6\u09C9-\u09CA\u09CE-\u09D6\u09D8-\u09E1'
      '\u09E4-\u09F1\u09F4-\u09F9\u09FC-\u0A00\u0A04-\u0A3B\u0A3D\u0A43-\u0A46\u0A49-\u0A4A\u0A4E-\u0A50'
      '\u0A52-\u0A6F\u0A72-\u0A74\u0A76-\u0A80\u0A84-\u0ABB\u0ABD\u0AC6\u0ACA\u0ACE-\u0AE1\u0AE4-\u0AEF'
      '\u0AF2-\u0B00\u0B04-\u0B3B\u0B3D\u0B45-\u0B46\u0B49-\u0B4A\u0B4E-\u0B55\u0B58-\u0B61\u0B64-\u0B6F'
      '\u0B71-\u0B81\u0B83-\u0BBD\u0BC3-\u0BC5\u0BC9\u0BCE-\u0BD6\u0BD8-\u0BF2\u0BFB-\u0C00\u0C04-\u0C3D\u0C45'
      '\u0C49\u0C4E-\u0C54\u0C57-\u0C61\u0C64-\u0C7E\u0C80-\u0C81\u0C84-\u0CBB\u0CBD\u0CC5\u0CC9\u0CCE-\u0CD4'
      '\u0CD7-\u0CE1\u0CE4-\u0D01\u0D04-\u0D3D\u0D45\u0D49\u0D4E-\u0D56\u0D58-\u0D61\u0D64-\u0D78\u0D7A-\u0D81'
      '\u0D84-\u0DC9\u0DCB-\u0DCE\u0DD5\u0DD7\u0DE0-\u0DF1\u0DF5-\u0E30\u0E32-\u0E33\u0E3B-\u0E3E\u0E40-\u0E46'
      '\u0E50-\u0E59\u0E5C-\u0EB0\u0EB2-\u0EB3\u0EBA\u0EBD-\u0EC7\u0ECE-\u0F00\u0F20-\u0F33\u0F40-\u0F70'
      '\u0F88-\u0F8C\u0F98\u0FBD\u0FCD\u0FDB-\u102A\u103F-\u1049\u1050-\u1055\u105A-\u105D\u1061\u1065-\u1066'
      '\u106E-\u1070\u1075-\u1081\u108E\u1090-\u1099\u10A0-\u10FA\u10FC-\u135C\u1369-\u138F\u139A-\u13FF'
      '\u1401-\u166C\u166F-\u167F\u1681-\u169A\u169D-\u16EA\u16EE-\u1711\u1715-\u1731\u1737-\u1751\u1754-\u1771'
      '\u1774-\u17B3\u17D7\u17DC\u17DE-\u17FF\u180F-\u18A8\u18AA-\u191F\u192C-\u192F\u193C-\u193F\u1941-\u1943'
      '\u1946-\u19AF\u19C1-\u19C7\u19CA-\u19DD\u1A00-\u1A16\u1A1C-\u1A1D\u1A20-\u1A54\u1A5F\u1A7D-\u1A7E'
      '\u1A80-\u1A9F\u1AA7\u1AAE-\u1AFF\u1B05-\u1B33\u1B45-\u1B59\u1B7D-\u1B7F\u1B83-\u1BA0\u1BAE-\u1BE5'
      '\u1BF4-\u1BFB\u1C00-\u1C23\u1C38-\u1C3A\u1C40-\u1C7D\u1C80-\u1CBF\u1CC8-\u1CCF\u1CE9-\u1CEC\u1CEE-\u1CF1'
      '\u1CF5-\u1DBF\u1DE7-\u1DFB\u1E00-\u1FBC\u1FBE\u1FC2-\u1FCC\u1FD0-\u1FDC\u1FE0-\u1FEC\u1FF0-\u1FFC\u1FFF'
      '\u2065-\u2069\u2070-\u2079\u207F-\u2089\u208F-\u209F\u20BA-\u20CF\u20F1-\u20FF\u2102\u2107\u210A-\u2113'
      '\u2115\u2119-\u211D\u2124\u2126\u2128\u212A-\u212D\u212F-\u2139\u213C-\u213F\u2145-\u2149\u214E\u2150-\u218F'
      '\u23F4-\u23FF\u2427-\u243F\u244B-\u249B\u24EA-\u24FF\u2700\u2776-\u2793\u2B4D-\u2B4F\u2B5A-\u2CE4'
      '\u2CEB-\u2CEE\u2CF2-\u2CF8\u2CFD\u2D00-\u2D6F\u2D71-\u2D7E\u2D80-\u2DDF\u2E2F\u2E3C-\u2E7F\u2E9A'
      '\u2EF4-\u2EFF\u2FD6-\u2FEF\u2FFC-\u2FFF\u3005-\u3007\u3021-\u3029\u3031-\u3035\u3038-\u303C\u3040-\u3098'
      '\u309D-\u309F\u30A1-\u30FA\u30FC-\u318F\u3192-\u3195\u31A0-\u31BF\u31E4-\u31FF\u321F-\u3229\u3248-\u324F'
      '\u3251-\u325F\u3280-\u3289\u32B1-\u32BF\u32FF\u3400-\u4DBF\u4E00-\uA48F\uA4C7-\uA4FD\uA500-\uA60C'
      '\uA610-\uA66E\uA67F-\uA69E\uA6A0-\uA6EF\uA6F8-\uA6FF\uA717-\uA71F\uA722-\uA788\uA78B-\uA801\uA803-\uA805'
      '\uA807-\uA80A\uA80C-\uA822\uA82C-\uA835\uA83A-\uA873\uA878-\uA87F\uA882-\uA8B3\uA8C5-\uA8CD\uA8D0-\uA8DF'
      '\uA8F2-\uA8F7\uA8FB-\uA925\uA930-\uA946\uA954-\uA95E\uA960-\uA97F\uA984-\uA9B2\uA9CE-\uA9DD\uA9E0-\uAA28'
      '\uAA37-\uAA42\uAA44-\uAA4B\uAA4E-\uAA5B\uAA60-\uAA76\uAA7A\uAA7C-\uAAAF\uAAB1\uAAB5-\uAAB6\uAAB9-\uAABD'
      '\uAAC0\uAAC2-\uAADD\uAAE0-\uAAEA\uAAF2-\uAAF4\uAAF7-\uABE2\uABEE-\uD7FF\uE000-\uFB1D\uFB1F-\uFB28'
      '\uFB2A-\uFBB1\uFBC2-\uFD3D\uFD40-\uFDFB\uFDFE-\uFDFF\uFE1A-\uFE1F\uFE27-\uFE2F\uFE53\uFE67\uFE6C-\uFEFE'
      '\uFF00\uFF10-\uFF19\uFF21-\uFF3A\uFF41-\uFF5A\uFF66-\uFFDF\uFFE7\uFFEF-\uFFF8\U00010000-\U000100FF'
      '\U00010103-\U00010136\U00010140-\U00010178\U0001018A-\U0001018F\U0001019C-\U000101CF\U000101FE-\U0001039E'
      '\U000103A0-\U000103CF\U000103D1-\U00010856\U00010858-\U0001091E\U00010920-\U0001093E\U00010940-\U00010A00'
      '\U00010A04\U00010A07-\U00010A0B\U00010A10-\U00010A37\U00010A3B-\U00010A3E\U00010A40-\U00010A4F'
      '\U00010A59-\U00010A7E\U00010A80-\U00010B38\U00010B40-\U00010FFF\U00011003-\U00011037\U0001104E-\U0001107F'
      '\U00011083-\U000110AF\U000110C2-\U000110FF\U00011103-\U00011126\U00011135-\U0001113F\U00011144-\U0001117F'
      '\U00011183-\U000111B2\U000111C1-\U000111C4\U000111C9-\U000116AA\U000116B8-\U0001246F\U00012474-\U00016F50'
      '\U00016F7F-\U00016F8E\U00016F93-\U0001CFFF\U0001D0F6-\U0001D0FF\U0001D127-\U0001D128\U0001D1DE-\U0001D1FF'
      '\U0001D246-\U0001D2FF\U0001D357-\U0001D6C0\U0001D6C2-\U0001D6DA\U0001D6DC-\U0001D6FA\U0001D6FC-\U0001D714'
      '\U0001D716-\U0001D734\U0001D736-\U0001D74E\U0001D750-\U0001D76E\U0001D770-\U0001D788\U0001D78A-\U0001D7A8'
      '\U0001D7AA-\U0001D7C2\U0001D7C4-\U0001EEEF\U0001EEF2-\U0001EFFF\U0001F02C-\U0001F02F\U0001F094-\U0001F09F'
      '\U0001F0AF-\U0001F0B0\U0001F0BF-\U0001F0C0\U0001F0D0\U0001F0E0-\U0001F10F\U0001F12F\U0001F16C-\U0001F16F'
      '\U0001F19B-\U0001F1E5\U0001F203-\U0001F20F\U0001F23B-\U0001F23F\U0001F249-\U0001F24F\U0001F252-\U0001F2FF'
      '\U0001F321-\U0001F32F\U0001F336\U0001F37D-\U0001F37F\U0001F394-\U0001F39F\U0001F3C5\U0001F3CB-\U0001F3DF'
      '\U0001F3F1-\U0001F3FF\U0001F43F\U0001F441\U0001F4F8\U0001F4FD-\U0001F4FF\U0001F53E-\U0001F53F'
      '\U0001F544-\U0001F54F\U0001F568-\U0001F5FA\U0001F641-\U0001F644\U0001F650-\U0001F67F\U0001F6C6-\U0001F6FF'
      '\U0001F774-\U000E0000\U000E0002-\U000E001F\U000E0080-\U000E00FF\U000E01F0-\U0010FFFF]+');
  END IF;
  FOREACH word IN ARRAY cut LOOP
    CONTINUE WHEN word = '';
    word := field || ':' || {schema}.plain_word(left(word, 200));
    room := room - octet_length(word);
    EXIT WHEN room < 0;
    found := found || word;
  END LOOP;
  RETURN found;
END
$$;

-- The rows that have, for each word of a text, a word that begins with it, in any of these fields, which have commas between.
CREATE FUNCTION {schema}.sought(fields text, value text) RETURNS tsquery
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE AS $$
DECLARE
  wanted text := '';
  word text;
  field text;
  either text;
BEGIN
  FOREACH word IN ARRAY {schema}.words('', value, 1000000) LOOP
    either := '';
    FOREACH field IN ARRAY string_to_array(fields, ',') LOOP
      either := either || CASE WHEN either = '' THEN '' ELSE ' | ' END || quote_literal(field || word) || ':*';
    END LOOP;
    wanted := wanted || CASE WHEN wanted = '' THEN '' ELSE ' & ' END || '(' || either || ')';
  END LOOP;
  RETURN CAST(wanted AS tsquery);
END
$$;
