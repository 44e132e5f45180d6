// An answer in the words of the desk.
using System;
using System.Collections.Generic;
using System.Text;
using Mynacard;

namespace ReceptionDesk
{
    /// <summary>What staff need of an answer. The texts live as long as the screen that shows them.</summary>
    internal sealed class Outcome
    {
        internal string Headline, Explanation;
        /// <summary>Whether the insurance is valid, and whether staff must heed something besides.</summary>
        internal bool Good, Warns;
        internal string Name, Kana, Birth, Sex;
        internal readonly List<KeyValuePair<string, string>> Facts = new List<KeyValuePair<string, string>>();
        internal readonly List<string> Notes = new List<string>();
        internal string Record;

        internal static Outcome Of(Answer answer, CheckRecord record)
        {
            var shown = new Outcome { Good = answer.Validity == Validity.Valid || answer.Validity == Validity.ValidUnregistered };
            switch (answer.Validity)
            {
                case Validity.Valid: shown.Headline = "有効"; shown.Explanation = "資格は有効です。下の内容を患者さんに確かめてください。"; break;
                case Validity.ValidUnregistered: shown.Headline = "有効"; shown.Explanation = "医療扶助は有効ですが、未登録です。福祉事務所の委託を確かめてください。"; break;
                case Validity.Invalid: shown.Headline = "無効"; shown.Explanation = "この資格は使えません。新しい保険について患者さんに確かめてください。"; break;
                case Validity.InvalidNewerExists: shown.Headline = "無効"; shown.Explanation = "この資格は終わっていますが、新しい資格があります。もう一度確認してください。"; break;
                case Validity.NotFound: shown.Headline = "資格なし"; shown.Explanation = "該当する資格がありません。ほかの方法で資格を確認してください。"; break;
                case Validity.Several: shown.Headline = "複数あり"; shown.Explanation = "資格が複数あります。どれを使うか患者さんに確かめてください。"; break;
                case Validity.NotRegistered: shown.Headline = "利用登録なし"; shown.Explanation = "このカードはまだ健康保険証として登録されていません。"; break;
                default: shown.Headline = "要確認"; shown.Explanation = "資格の有効性が示されていません。ほかの方法で資格を確認してください。"; break;
            }
            shown.Read(answer);
            if (record != null) shown.Read(record);
            return shown;
        }

        private void Read(Answer answer)
        {
            var words = Words(answer);
            if (answer.Count == 0) return;
            Func<string, string> text = tag => answer.Text(tag) ?? "";
            Name = text("Name");
            Kana = Wide(text("NameKana"));
            Birth = Day(text("Birthdate"), true);
            Sex = text("Sex1") == "1" ? "男" : text("Sex1") == "2" ? "女" : "";
            Action<string, string> add = (label, value) => Facts.Add(new KeyValuePair<string, string>(label, value.Length == 0 ? "―" : value));
            add("保険者番号", text("InsurerNumber"));
            add("保険者", text("InsurerName"));
            add("記号", text("InsuredCardSymbol"));
            add("番号", text("InsuredIdentificationNumber"));
            add("枝番", text("InsuredBranchNumber"));
            add("本人・家族", text("PersonalFamilyClassification") == "1" ? "本人" : text("PersonalFamilyClassification") == "2" ? "家族" : "");
            var elderly = text("ElderlyRecipientContributionRatio");
            add("負担割合", elderly.Length > 0 ? Share(elderly) + "（高齢受給者）" : Share(text("InsuredPartialContributionRatio")));
            var until = text("InsuredCardExpirationDate");
            var from = text("InsuredCardValidDate");
            add("有効期間", from.Length + until.Length == 0 ? "" : Day(from, false) + " ～ " + Day(until, false));
            string category;
            words.TryGetValue("限度額適用認定証適用区分", out category);
            add("限度額（適用区分）", string.IsNullOrEmpty(category) ? "提供なし" : category.Split('[')[0].Trim());
            string disease;
            words.TryGetValue("特定疾病療養受療証認定疾病区分", out disease);
            add("特定疾病", string.IsNullOrEmpty(disease) ? "提供なし" : disease.Split('[')[0].Trim());
            if (answer.Count > 1) Notes.Add("資格がほかに" + (answer.Count - 1) + "件あります。表示は1件目です。");
            var lost = text("DisqualificationDate");
            if (lost.Length > 0) Notes.Add("資格は" + Day(lost, false) + "に失われています。");
            if (Name.IndexOfAny(new[] { '●', '〓' }) >= 0) Notes.Add("氏名に表示できない文字（●・〓）があります。カードの券面で確かめてください。");
            Warns = Notes.Count > 0;
            if (text("PreschoolClassification") == "1") Notes.Add("未就学児です。");
        }

        private void Read(CheckRecord record)
        {
            foreach (var guidance in record.Guidance) Notes.Add(guidance);
            Warns |= Array.Exists(record.Warnings, one => one != "not-production");
            foreach (var warning in record.Warnings)
            {
                if (record.Guidance.Length > 0) break;
                switch (warning)
                {
                    case "ends-soon": Notes.Add("カードの電子証明書がまもなく切れます。市区町村の窓口での更新を案内してください。"); break;
                    case "expired": Notes.Add("カードの電子証明書の期限が切れています。市区町村の窓口での更新を案内してください。"); break;
                    case "issuer-unknown": Notes.Add("カードの電子証明書の発行者を確かめられませんでした。"); break;
                    case "not-production": break; // the head says so already
                    case "clock-off": Notes.Add("この端末の時計がずれています。管理者に連絡してください。"); break;
                    default: Notes.Add("注意：" + warning); break;
                }
            }
            Record = (record.Evidence == "online-visual" ? "目視確認" : "暗証番号") + "で本人確認　" + record.CheckedAt.ToLocalTime().ToString("yyyy年M月d日 H:mm") + "　確認番号 " + record.CheckId;
        }

        /// <summary>Label and value of each line of the answer in words.</summary>
        private static Dictionary<string, string> Words(Answer answer)
        {
            var words = new Dictionary<string, string>();
            if (answer.Validity == Validity.NotRegistered) return words;
            var bytes = answer.Write(Format.TextJapanese);
            foreach (var line in Encoding.UTF8.GetString(bytes).Split('\n'))
            {
                var colon = line.IndexOf('：');
                if (colon > 0 && !words.ContainsKey(line.Substring(0, colon))) words.Add(line.Substring(0, colon), line.Substring(colon + 1));
            }
            Array.Clear(bytes, 0, bytes.Length);
            return words;
        }

        private static string Share(string percent)
        {
            int number;
            if (percent.Length == 0) return "";
            return int.TryParse(percent, out number) && number > 0 && number % 10 == 0 ? number / 10 + "割" : percent;
        }

        /// <summary>Half-width kana become the usual ones.</summary>
        private static string Wide(string kana) { return kana.Normalize(NormalizationForm.FormKC).Replace(' ', '　'); }

        /// <summary>19800401 as 1980年4月1日, and in the era's years too.</summary>
        internal static string Day(string basic, bool era)
        {
            int number;
            if (basic.Length != 8 || !int.TryParse(basic, out number)) return basic;
            int year = number / 10000, month = number / 100 % 100, day = number % 100;
            var text = year + "年" + month + "月" + day + "日";
            if (!era) return text;
            int[] firsts = { 20190501, 19890108, 19261225, 19120730, 18680125 };
            string[] names = { "令和", "平成", "昭和", "大正", "明治" };
            for (var one = 0; one < firsts.Length; one++)
            {
                if (number < firsts[one]) continue;
                var count = year - firsts[one] / 10000 + 1;
                return text + "（" + names[one] + (count == 1 ? "元" : count.ToString()) + "年）";
            }
            return text;
        }
    }
}
