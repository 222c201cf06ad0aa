"""Words that are spelt right although no code has them: they are never read as another word."""

from __future__ import annotations

import json
from functools import lru_cache
from pathlib import Path

from index.shipped import read_once

MIN_LETTERS = 5  # shorter words are not corrected anyway
MAX_RANK = 22_000  # words of the encoder's vocabulary, commonest first; rarer ones may be misspellings

_TOKENIZER = Path(__file__).parent.parent / "weights" / "encoder" / "tokenizer.json"

_MEDICINES = """
abilify actonel advair advil alendronate aleve allegra allopurinol alphagan alprazolam ambien amitriptyline
amlodipine amoxicillin anastrozole apixaban aricept arimidex aripiprazole atenolol ativan atorvastatin
augmentin bactrim benazepril benzonatate bisoprolol brimonidine bumetanide bupropion buspar buspirone
canagliflozin candesartan carbamazepine carbidopa carisoprodol carvedilol ceftin cefuroxime celebrex
celecoxib celexa cetirizine chlorthalidone cipro ciprofloxacin citalopram claritin clavulanate clonazepam
clonidine clopidogrel colace colchicine coreg coumadin cozaar crestor cyclobenzaprine cymbalta dapagliflozin
depakote desyrel dextromethorphan diazepam diclofenac diflucan diovan divalproex docusate donepezil
doxazosin doxycycline dulcolax duloxetine dutasteride effexor eliquis empagliflozin enalapril escitalopram
esomeprazole estradiol evista excedrin famciclovir famvir farxiga febuxostat felodipine femara fexofenadine
finasteride flagyl flexeril flonase fluconazole fluoxetine fluticasone fosamax furosemide gabapentin
gaviscon geodon glimepiride glipizide glucophage glyburide guaifenesin haloperidol hydralazine
hydrochlorothiazide ibuprofen imodium indomethacin irbesartan januvia jardiance keflex keppra klonopin
labetalol lamictal lamisil lamotrigine lansoprazole lasix latanoprost letrozole levaquin levetiracetam
levodopa levofloxacin levothyroxine lexapro linagliptin liothyronine lipitor lisinopril lithium loperamide
lopressor loratadine lorazepam losartan lovastatin lyrica maalox macrobid melatonin meloxicam memantine
metamucil metaxalone metformin methimazole methocarbamol metoprolol metronidazole minocycline miralax
mirapex mirtazapine mobic montelukast motrin mucinex mylanta namenda naproxen nasonex nebivolol neurontin
nexium nifedipine nitrofurantoin nortriptyline norvasc olanzapine olmesartan omeprazole oseltamivir
oxcarbazepine oxycodone paroxetine paxil pepcid percocet phenytoin pioglitazone plavix pramipexole
pravastatin pregabalin prevacid prilosec proair progesterone propranolol protonix prozac pseudoephedrine
quetiapine quinapril rabeprazole raloxifene ramipril remeron requip restoril risedronate risperdal
risperidone rivaroxaban robaxin robitussin ropinirole rosuvastatin senna sennosides senokot seroquel
sertraline sildenafil simethicone simvastatin sinemet singulair sitagliptin spiriva spironolactone
sulfamethoxazole symbicort synthroid tadalafil tamiflu tamoxifen tamsulosin telmisartan temazepam terazosin
terbinafine ticagrelor timolol timoptic tiotropium tizanidine topamax topiramate toprol torsemide tramadol
trazodone trimethoprim tylenol ultram valacyclovir valium valproate valsartan valtrex venlafaxine ventolin
vibramycin vicodin voltaren warfarin wellbutrin xalatan xanax xarelto zanaflex zantac ziprasidone zithromax
zocor zoloft zolpidem zonisamide zyloprim zyprexa zyrtec
"""

_MEDICAL = """
abdominoplasty ablation abscess acetabular adenoid adenoma adnexal aldolase aldosterone alkaline amniotic
amylase anastomosis aneurysm angina angiogram angioscopy ankylosis antibody antigen anus aortogram aphakia
aphasia apheresis apnea appendix arrhythmia arteriogram arthrocentesis arthrodesis arthrogram arthroplasty
arthroscopy ascites aspirate asthma ataxia atresia atrial atrophy audiogram audiometry axilla axillary
bacteria basal benign biceps bilirubin biopsies biopsy blister bowel bradycardia bronchial bronchoscopy
bronchus brow buccal bunion bursa bursitis caecum calcaneus calcification callus canthus carcinoma
cardioversion caries carotid carpal cataract cecum celiac cellulitis cephalexin cephalic cerclage cerumen
cervicitis chlamydia cholecystectomy choroid chromatin cirrhosis clavicle coccyx colectomy colic colitis
colposcopy comminuted concussion condyle conization conjunctiva contusion corneal cortex cortisol craniotomy
creatine creatinine croup crown cryotherapy culture curettage cystogram cystoscopy cytology cytoplasmic
debridement defecogram dementia dermal dermatitis diabetic dialyzed diastolic diphtheria diplopia discectomy
diskectomy distal diverticulitis doppler dosimetry duodenum dysphagia dysplasia dyspnea dysuria
echocardiogram eclampsia ectopic eczema edema effusion electrolyte electromyography embolus emphysema
endometritis endometrium endoscopy enteritis enterotomy eosinophil epidural epilepsy epistaxis erythema
esophagram esophagus estradiol excision exotropia fascia fecal femur ferritin fetal fibrillation fibroid
fibroma fibula fissure fistula fluoroscopy folate foraminal fracture fulguration fundus fungal gallbladder
ganglion gastrectomy gastrin gastritis gastroscopy genotype gingiva gingival glaucoma globulin glomerular
goiter gonorrhea gout granuloma gravid haptoglobin helicobacter hematocrit hematoma hematuria hemoglobin
hemorrhage hemorrhoid hemostasis hepatitis hernia herpes hiatal homocysteine humerus hydrocele hydrocodone
hydronephrosis hyperemesis hyperplasia hypertension hyperthermia hypertrophy hypnotherapy hypoglycemia
hypokalemia hyponatremia hypotension hypothyroidism hypoxia hysterectomy hysteroscopy ileum ileus iliac
impaction incision influenza inguinal intubation ischemia jaundice jejunum keloid keratosis ketones kyphosis
labral laceration lactate lactic laminectomy laparoscopy laparotomy laryngoscopy larynx lesion leukemia
ligation lingual lipase lipoma lipoprotein lithotripsy lobectomy lordosis lumbago lumpectomy lupus luteal
lymphoma magnesium malaise malignant mammogram mandible mastectomy mastitis mastoid maxilla meatus meconium
melanoma melena meniscectomy meniscus menopause mesial metatarsus migraine miosis molar mononucleosis mucosa
myalgia myelogram myeloma myocardial myopathy myopia myositis myringotomy necrosis nephrectomy nephritis
neuralgia neuritis neuroma neuropathy nodule nystagmus occlusal olecranon oophorectomy ophthalmoscopy
orchitis osteotomy otitis otoacoustic ovary palsy pancreas panniculus papilloma paresis parietal paring
parotid patella pelvis perianal pericardial perineal perineum periodontal peritonitis peroneal pertussis
petechiae pharyngitis pharynx phlebectomy phosphatase phospholipid phototherapy pilonidal placenta plantar
pleura pleural plexus pneumonia pneumothorax polypectomy polyps porphyrin porphyrins prolactin prolapse
prostatectomy prostatitis protein proteinuria protime psoriasis ptosis pulpotomy purpura pyelogram pyloric
quadriceps radicular rectocele rectum reflux renal renin resection retinal retinopathy rhinitis rhinoplasty
rosacea rotateq rotavirus rubella rubeola sacral salivary salpingectomy salpingitis salpingo sarcoma scabies
scapula sciatica sclera scleroderma scoliosis scrotum sebaceous seizure sepsis septoplasty septum serology
serum sialogram sigmoidoscopy simplex sinusitis spasm sphenoid spirometry spleen splenectomy sprain stapes
stenosis sternum stomach stomatitis strabismus strep stricture stroke sublingual subtalar syncope synovial
syphilis systolic tachycardia talus tendon tendonitis tenotomy testicular testosterone thalamus
thoracentesis thoracotomy thrombosis thyroglobulin thyroid thyroidectomy tibial tinea tinnitus tonsil
tonsillectomy toxoplasma trachea trachoma transferrin triceps trigger triglycerides troponin tubal twinrix
tympanic tympanoplasty ulcer ulnar ultram ultrasound umbilical ureter ureteroscopy urethra urinalysis
urticaria uterine uterus uvula vagina vaginal vagus valgus varicella varices varicocele varix vasectomy
ventral ventricle vertebra vertebral vertigo vesicular vestibular virus viscosity vitreous vulva
"""


@lru_cache(1)
def plain_words() -> frozenset[str]:
    """Ordinary English words (the commonest whole words of the encoder's vocabulary) and medical ones.

    The medical ones are our own choice: anatomy, conditions, laboratory words and common medicines that are
    not in descriptors of Level II codes, but resemble words that are. Read when the first misspelt word is
    met.
    """
    ranks = json.loads(read_once(_TOKENIZER))["model"]["vocab"]
    english = (
        word
        for word, rank in ranks.items()
        if rank < MAX_RANK and len(word) >= MIN_LETTERS and word.isalpha()
    )
    return frozenset([*english, *_MEDICINES.split(), *_MEDICAL.split()])
